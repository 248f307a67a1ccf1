// What the SDK's modules export that a function does without (functions/bundle/lean.ts).
import { fromEnv } from "@aws-sdk/credential-provider-env";

// Credentials: Lambda gives them to a function in its environment. The SDK's own chain brings the ways
// of a developer's machine.
export const defaultProvider = () => fromEnv();

// Settings: the environment, else the default. There is no file of settings, and Lambda names the region.
export const fromSharedConfigFiles = () => async () => {
  throw Object.assign(new Error("a function has no shared configuration"), { tryNextLink: true });
};
export const getInstanceMetadataRegion = async () => undefined;

// DynamoDB looks no endpoints up unless it is told to.
export const NODE_ENDPOINT_DISCOVERY_CONFIG_OPTIONS = {
  environmentVariableSelector: () => undefined,
  configFileSelector: () => undefined,
  default: undefined,
};
export const resolveEndpointDiscoveryConfig = (config) => config;

// Answers that are streams of events: no call that is made has one.
export const resolveEventStreamSerdeConfig = (config) => config;
export const eventStreamSerdeProvider = undefined;
export const EventStreamSerde = undefined;

// S3: no bucket is a directory bucket.
export class S3ExpressIdentityProviderImpl {}

// Hashes in JavaScript, for a Node without its own.
export const Sha256Js = undefined;
export const Sha1Js = undefined;
export const Md5Js = undefined;
export const Crc32Js = undefined;
