/** How a function is bundled, by `npm run build` and by the stack alike. */
export const BUNDLING = {
  target: "node24",
  // The modules of the SDK start faster than its CommonJS, and than the runtime's own copy.
  mainFields: ["module", "main"],
  // Dependencies that are CommonJS ask for `require`, which a module does not have.
  banner: 'import{createRequire}from"node:module";const require=createRequire(import.meta.url);',
};
