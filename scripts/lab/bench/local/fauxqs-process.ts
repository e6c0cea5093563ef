// fauxqs in a process of its own, without its log: its own command writes a line before and after every request, whatever
// FAUXQS_LOGGER says.
import { startFauxqs } from "fauxqs";

await startFauxqs({ logger: false, port: Number(process.argv[2]), host: "127.0.0.1" });
