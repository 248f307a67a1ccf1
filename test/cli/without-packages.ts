/**
 * The environment of a process that finds none of these packages, as where they are not installed.
 * The error is Node's own: they are looked for where there are none.
 */
export function withoutPackages(...names: string[]): { NODE_OPTIONS: string } {
  const source = `
    import { registerHooks } from "node:module";
    const names = ${JSON.stringify(names)};
    registerHooks({
      resolve(specifier, context, nextResolve) {
        return nextResolve(
          specifier,
          names.includes(specifier) ? { ...context, parentURL: "file:///none/index.js" } : context,
        );
      },
    });
  `;
  return {
    NODE_OPTIONS: `--import=data:text/javascript;base64,${Buffer.from(source).toString("base64")}`,
  };
}
