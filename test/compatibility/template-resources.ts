/**
 * For each type that holds data, or a name that people and other stacks use: the properties that
 * cannot change without a new, empty resource in its place, or without losing what protects it.
 *
 * @see https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-template-resource-type-ref.html
 */
const FIXED_PROPERTIES: Record<string, readonly string[]> = {
  "AWS::Athena::WorkGroup": ["Name"],
  "AWS::DynamoDB::Table": ["TableName", "KeySchema", "AttributeDefinitions"],
  "AWS::Glue::Database": ["CatalogId", "DatabaseInput.Name"],
  "AWS::Glue::Table": [
    "CatalogId",
    "DatabaseName",
    "TableInput.Name",
    "TableInput.StorageDescriptor.Location",
  ],
  "AWS::KMS::Alias": ["AliasName"],
  "AWS::KMS::Key": ["KeySpec", "KeyUsage", "MultiRegion"],
  "AWS::Logs::LogGroup": ["LogGroupName", "LogGroupClass"],
  "AWS::S3::Bucket": ["BucketName", "ObjectLockEnabled"],
  "AWS::SecretsManager::Secret": ["Name"],
  "AWS::SNS::Topic": ["TopicName", "FifoTopic"],
  "AWS::SQS::Queue": ["QueueName", "FifoQueue"],
};

interface Resource {
  Type: string;
  DeletionPolicy?: string;
  UpdateReplacePolicy?: string;
  Properties?: Record<string, unknown>;
}

export interface TemplateResources {
  /** Type of each resource, by its logical id. */
  types: Record<string, string>;
  /** Of those that hold data: the fixed properties that are set, by their path. */
  data: Record<string, Record<string, unknown>>;
}

/** @param template - as `Template.toJSON()` gives it */
export function resourcesOf(template: Record<string, unknown>): TemplateResources {
  const resources = Object.entries(template.Resources as Record<string, Resource>);
  return {
    types: Object.fromEntries(resources.map(([id, { Type }]) => [id, Type])),
    data: Object.fromEntries(
      resources.flatMap(([id, resource]) => {
        const paths = FIXED_PROPERTIES[resource.Type];
        return paths === undefined ? [] : [[id, fixedOf(resource, paths)]];
      }),
    ),
  };
}

function fixedOf(resource: Resource, paths: readonly string[]): Record<string, unknown> {
  const { DeletionPolicy, UpdateReplacePolicy, Properties } = resource;
  const fixed = paths.map((path) => [path, valueAt(Properties, path)] as const);
  const set = [
    ...fixed,
    ["DeletionPolicy", DeletionPolicy] as const,
    ["UpdateReplacePolicy", UpdateReplacePolicy] as const,
  ].filter(([, value]) => value !== undefined);
  return Object.fromEntries(set);
}

function valueAt(properties: unknown, path: string): unknown {
  return path
    .split(".")
    .reduce<unknown>(
      (value, name) => (value as Record<string, unknown> | undefined)?.[name],
      properties,
    );
}
