/** How long several open pages share one read of the fleet, milliseconds. */
export const shareMs = 500;
