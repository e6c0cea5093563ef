// What a worker is started with beside its settings. Its image, its npm script and the page on operating it say the same; a test compares
// them.

/**
 * Options of Node. V8's young generation would grow to 100 MB for buffers that die at once; bounded, it is that much smaller. (Twice this
 * bound takes 45 MB more, and 3 % less CPU for a picture.)
 */
export const workerNodeOptions = ["--max-semi-space-size=8"] as const;

/** Variables of its allocator where that is glibc's; the image has another allocator. */
export const workerAllocator = { MALLOC_ARENA_MAX: "2" } as const;
