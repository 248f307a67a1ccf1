import { actorName, targetKey, targetName } from "../entry-fields.ts";
import { exampleEntry } from "../example-entry.ts";
import { ACTIONS_REFERENCE, type Rule } from "../rule.ts";

export const linkSharingEnabled: Rule = {
  id: "link-sharing-enabled",
  title: "Link to a canvas or list opened",
  severity: "low",
  reason: "Whoever has the link can read it, and the whole workspace can pass it on.",
  checks: [
    "Read what the canvas or list holds.",
    "Turn the link off if it holds more than it should.",
  ],
  falsePositives: ["Pages that are meant for everybody."],
  query: "content-access",
  techniques: ["T1567"],
  reference: ACTIONS_REFERENCE,
  actions: ["canvas_linksharing_enabled", "list_linksharing_enabled"],

  alertTitle: (entry) => `${actorName(entry)} opened ${targetName(entry)} to whoever has the link`,
  dedupeKey: targetKey,
  examples: {
    match: [
      {
        name: "a canvas",
        entry: exampleEntry("canvas_linksharing_enabled", {
          entity: {
            type: "canvas",
            canvas: { id: "F0CANVAS01", title: "Plans", filetype: "quip" },
          },
        }),
      },
      {
        name: "a list",
        entry: exampleEntry("list_linksharing_enabled", {
          entity: { type: "list", list: { id: "F0LIST0001" } },
        }),
      },
    ],
    ignore: [
      {
        name: "a link closed",
        because: "fewer people can read it",
        entry: exampleEntry("canvas_linksharing_disabled", {
          entity: {
            type: "canvas",
            canvas: { id: "F0CANVAS01", title: "Plans", filetype: "quip" },
          },
        }),
      },
    ],
  },
};
