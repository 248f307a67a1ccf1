// The SDK's credentials in a bundle for Lambda, which gives them to a function in its environment: the
// SDK's own chain brings the ways of a developer's machine, another ninth of the code.
import { fromEnv } from "@aws-sdk/credential-provider-env";

export const defaultProvider = () => fromEnv();
