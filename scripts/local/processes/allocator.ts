// How the processes of a local system use glibc's allocator, which by itself keeps freed memory: that looks like a leak. Other
// allocators ignore it. (The image uses jemalloc.)

/** Environment of a process. `npm run local` sets the same for its own one, in package.json. */
export const allocatorEnvironment: Readonly<Record<string, string>> = {
  MALLOC_ARENA_MAX: "2",
  MALLOC_TRIM_THRESHOLD_: "1048576",
  MALLOC_MMAP_THRESHOLD_: "1048576",
};
