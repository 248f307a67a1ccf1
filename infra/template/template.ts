import { readFileSync } from "node:fs";
import { basename } from "node:path";
import { App } from "aws-cdk-lib";
import { SlackAuditLakeStack } from "../slack-audit-lake-stack.ts";
import { type Json, mergeVariants } from "./merge-variants.ts";
import { PARAMETER_GROUPS, PARAMETERS, SCHEDULES } from "./parameters.ts";
import { FEATURES, type Feature, fillPlaceholders, placeholderConfig } from "./placeholders.ts";
import { ZipSynthesizer } from "./zip-synthesizer.ts";

/**
 * The stack of one source as a template with parameters, which needs neither CDK nor a bootstrap:
 * made of what the CDK synthesizes with each feature on and off.
 *
 * @param zips - name of the zip of each function, by the function's folder
 */
export function makeTemplate(zips: ReadonlyMap<string, string>): Json {
  const features = Object.keys(FEATURES) as Feature[];
  const merged = mergeVariants(features, (off) => synthesize(off, zips));
  const { Description, Resources, Outputs } = merged;
  return {
    AWSTemplateFormatVersion: "2010-09-09",
    Description,
    Metadata: {
      "AWS::CloudFormation::Interface": {
        ParameterGroups: Object.entries(PARAMETER_GROUPS).map(([name, Parameters]) => ({
          Label: { default: name },
          Parameters,
        })),
      },
    },
    Parameters: PARAMETERS,
    Mappings: { Schedules: SCHEDULES },
    Conditions: Object.fromEntries(
      Object.entries(FEATURES).map(([feature, { condition }]) => [feature, condition]),
    ),
    Resources: fillPlaceholders(Resources),
    Outputs: fillOutputs(Outputs),
  };
}

/** Their descriptions cannot refer to parameters: the command line reads the source's name from an output. */
function fillOutputs(outputs: Record<string, { Description?: string }>): Json {
  return Object.fromEntries(
    Object.entries(outputs).map(([name, { Description, ...output }]) => [
      name,
      {
        ...(Description === undefined ? {} : { Description }),
        ...(fillPlaceholders(output) as object),
      },
    ]),
  );
}

function synthesize(off: readonly Feature[], zips: ReadonlyMap<string, string>): Json {
  const { context } = JSON.parse(readFileSync(new URL("../../cdk.json", import.meta.url), "utf8"));
  const app = new App({ context: { ...context, "aws:cdk:disable-asset-staging": true } });
  const synthesizer = new ZipSynthesizer((directory) => {
    const zip = zips.get(basename(directory));
    if (zip === undefined) throw new Error(`${directory}: this function has no zip`);
    return zip;
  });
  const stack = new SlackAuditLakeStack(app, placeholderConfig(off), synthesizer);
  return app.synth().getStackArtifact(stack.artifactId).template;
}
