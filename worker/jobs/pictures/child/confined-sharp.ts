// sharp as the sandbox's tasks use it: no cache, one thread, and only the loaders of the formats we take. Imported by
// tasks only, never by the worker itself.
import sharp from "sharp";

// Large pictures stay in memory, where the run's cap counts them, instead of going to a temporary file.
process.env.VIPS_DISC_THRESHOLD = "4g";
sharp.cache(false);
// One picture never fills two cores; the sandbox runs several children instead.
sharp.concurrency(1);
// Only these loaders exist in this process: no SVG, PDF, ImageMagick or anything a renamed file could reach.
sharp.block({ operation: ["VipsForeignLoad"] });
sharp.unblock({
  operation: ["Jpeg", "Png", "Webp", "Nsgif", "Heif", "Tiff"].map((name) => `VipsForeignLoad${name}File`),
});

export { sharp };
