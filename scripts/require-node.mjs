// Preloaded by every npm script: says in one line what is wrong where Node is too old to run TypeScript sources.
const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
if (major < 22 || (major === 22 && minor < 18)) {
  console.error(
    `FIFO Fleet needs Node 24 (or 22.18 and later), this is ${process.versions.node}. On Linux x64 "npm ci" brings ` +
      "Node 24 along and npm scripts use it: start with npm run ..., not with node. Elsewhere install Node 24.",
  );
  process.exit(1);
}
