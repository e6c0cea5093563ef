// `npm run local` in a container: the same system with fixed ports, reached at the container's own address too.
import { runLocal } from "../system/run-local.ts";
import { forward, ownAddresses } from "./forward.ts";

/** Console, pages, sign-in, SMTP, AWS endpoint: the defaults of `npm run local`, and one for the sign-in. */
const ports = [8080, 8090, 8091, 2525, 4566];

const forwardings = await Promise.all(ownAddresses().map((address) => forward(address, ports)));
process.exitCode = await runLocal(["--sign-in-port", "8091", ...process.argv.slice(2)]);
for (const { close } of forwardings) await close();
