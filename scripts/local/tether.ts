// Preloaded into child processes of the local cloud: when the parent is gone, however it went, so is the child.
process.on("disconnect", () => process.exit(1));
process.channel?.unref();
