/** The documented types of the configuration are what the schemas take. The compiler says so: `npm run types`. */
import { expectTypeOf } from "vitest";
import type { z } from "zod";
import type { AuditLakeConfig, SlackAuditLakeProps } from "../../../infra/config/config.ts";
import type { configSchema, lakeSchema } from "../../../infra/config/schema.ts";

expectTypeOf<AuditLakeConfig>().toEqualTypeOf<z.input<typeof configSchema>>();
expectTypeOf<SlackAuditLakeProps>().toEqualTypeOf<z.input<typeof lakeSchema>>();
