import type { ActionCategory, ActionName } from "./actions.ts";
import type { EntityShapes, EntityType } from "./entities.ts";
import type { AuditLogEntry } from "./entry.ts";
import type { KnownName, Open } from "./open.ts";

/** What any body may say of the call. */
export interface Body extends Open {
  /** Absent in most answers; `false` is a refusal, which the client throws. */
  ok?: boolean;
  error?: string;
  warning?: string;
  /** With `missing_scope`. */
  needed?: string;
  /** With `missing_scope`. */
  provided?: string;
}

/** Body of `GET /logs`. */
export interface LogsBody extends Body {
  /** Newest first; may be empty on a page that others follow. */
  entries: AuditLogEntry[];
  response_metadata?: ResponseMetadata | null;
}

export interface ResponseMetadata extends Open {
  /** Empty, null or absent on the last page. */
  next_cursor?: string | null;
  messages?: string[];
  warnings?: string[];
}

/** Body of `GET /schemas`. */
export interface SchemasBody extends Body {
  /** A type may be listed several times, with other fields. */
  schemas: EntitySchema[];
}

/** One kind of entity: `{type: "user", user: {id: "string", …}}`. */
export type EntitySchema = Open & { type: EntityType } & {
  [Type in KnownName<EntityShapes>]?: FieldKinds<EntityShapes[Type]>;
};

/** Kinds of fields in Slack's own notation: `string`, `bool`, `int`, `array`, `Optional: vec<string>`. */
export type FieldKinds<Shape> = Open & { [Field in KnownName<Shape>]?: string | string[] };

/** Body of `GET /actions`. */
export interface ActionsBody extends Body {
  /** Action names by category. */
  actions: { [Category in ActionCategory]?: ActionName[] } & Record<string, ActionName[]>;
}
