// `npm run scan-image`: waits for the scan of an image in its repository and fails for findings that may not be deployed. The
// pipeline runs it before staging.
import { runScanImage } from "./deliver/run-scan-image.ts";

process.exitCode = await runScanImage(process.argv.slice(2), process);
