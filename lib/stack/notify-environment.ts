/** The environment of `notify`: apart, since the other functions know no targets. */
import * as z from "zod";
import { routeList, targetSettings } from "../notify/target-settings.ts";
import { json, name } from "./environment.ts";

const settings = targetSettings(z.string().min(1));

export const NOTIFY_ENVIRONMENT = {
  /** Its name in the configuration. */
  TARGET_NAME: name,
  /** Its secret by name or ARN. */
  TARGET: json((value) => settings.parse(value)),
  /** Those that lead to it. */
  ROUTES: json((value) => routeList.parse(value)),
  DETECTION_TABLE: name,
  QUEUE_URL: name,
  DEAD_LETTERS_URL: name,
};
