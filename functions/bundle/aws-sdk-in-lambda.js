// What the SDK's modules export that a function does without (functions/bundle/lean.ts).
import { fromEnv } from "@aws-sdk/credential-provider-env";
import { SignatureV4 } from "@smithy/signature-v4";

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

// S3: no bucket is a directory bucket, or behind an access point of several regions; no call sends XML.
export class S3ExpressIdentityProviderImpl {}
export class SignatureV4MultiRegion extends SignatureV4 {
  static sigv4aDependency = () => "none";
}
export class XmlShapeSerializer {
  setSerdeContext() {}
  write() {
    throw new Error("a function sends no XML (functions/bundle/aws-sdk-in-lambda.js)");
  }
}

// Clients retry in standard mode (lib/aws/client-options.ts).
export class AdaptiveRetryStrategy {}

// Signatures of events.
export class HeaderFormatter {}

// Streams of browsers: of Node's HTTP, they are Node's.
export const sdkStreamMixin = undefined;
export const createChecksumStream = undefined;
export const getAwsChunkedEncodingStream = undefined;
export const collectBlob = undefined;
export const collectReadableStream = undefined;

// Hashes in JavaScript, for a Node without its own.
export const Sha256Js = undefined;
export const Sha1Js = undefined;
export const Md5Js = undefined;
export const Crc32Js = undefined;
