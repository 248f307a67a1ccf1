// In place of node:child_process, which commander imports for subcommands that are programs of their
// own: there are none, and its import loads a tenth of what a start does.
export default {};
