/** A JSON object whose other fields are not known. */
export interface Open {
  [field: string]: unknown;
}

/** A known name, for completion in editors, or any other that Slack comes up with. */
export type OpenName<Known extends string> = Known | (string & Record<never, never>);

/** The fields of an open shape that are known. */
export type KnownName<Shape> = keyof {
  [Field in keyof Shape as string extends Field ? never : Field]: Shape[Field];
} &
  string;
