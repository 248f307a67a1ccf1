import {
  type DockerImageAssetLocation,
  type FileAssetLocation,
  type FileAssetSource,
  type ISynthesisSession,
  StackSynthesizer,
} from "aws-cdk-lib";
import { PLACEHOLDERS } from "./placeholders.ts";

/**
 * For a stack that anyone deploys without CDK: no bootstrap, and the functions' code lies as zips
 * in a bucket that parameters name.
 */
export class ZipSynthesizer extends StackSynthesizer {
  readonly #toZipName: (directory: string) => string;

  /** @param toZipName - the zip of a function, by the directory of its bundle (absolute) */
  constructor(toZipName: (directory: string) => string) {
    super();
    this.#toZipName = toZipName;
  }

  override addFileAsset({ fileName = "" }: FileAssetSource): FileAssetLocation {
    const { codeBucket: bucketName, codePrefix } = PLACEHOLDERS;
    const objectKey = `${codePrefix}${this.#toZipName(fileName)}`;
    return { bucketName, objectKey, httpUrl: "", s3ObjectUrl: "" };
  }

  override addDockerImageAsset(): DockerImageAssetLocation {
    throw new Error("a template without CDK has no images");
  }

  override synthesize(session: ISynthesisSession): void {
    this.synthesizeTemplate(session);
    this.emitArtifact(session);
  }
}
