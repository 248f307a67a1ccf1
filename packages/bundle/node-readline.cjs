// In place of node:readline for cli-progress, which needs it only where there is a terminal.
const readline = () => process.getBuiltinModule("node:readline");

module.exports = {
  clearLine: (...args) => readline().clearLine(...args),
  clearScreenDown: (...args) => readline().clearScreenDown(...args),
  cursorTo: (...args) => readline().cursorTo(...args),
  moveCursor: (...args) => readline().moveCursor(...args),
};
