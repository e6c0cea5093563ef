// sharp as the sandbox's tasks use it: no cache, one thread, and only the loaders of the formats we accept.
import sharp from "sharp";

// Keep large pictures in memory, where the run's memory cap counts them, instead of in temporary files.
process.env.VIPS_DISC_THRESHOLD = "4g";
sharp.cache(false);
// One thread per picture: the sandbox runs several children instead.
sharp.concurrency(1);
// Only these loaders exist in this process, so a renamed file cannot reach SVG, PDF or ImageMagick.
sharp.block({ operation: ["VipsForeignLoad"] });
sharp.unblock({
  operation: ["Jpeg", "Png", "Webp", "Nsgif", "Heif", "Tiff"].map((name) => `VipsForeignLoad${name}File`),
});

export { sharp };
