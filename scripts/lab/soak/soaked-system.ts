// The system under soak, and where its soak may write.
import type { LocalControl } from "../../control/local-control.ts";
import type { LocalClients } from "../../local/cloud/identity.ts";
import type { SoakArguments } from "./arguments.ts";
import type { LocalProcess } from "./local-process.ts";

/** Where a soak may write files, the signal that ends it early, and where its progress goes. */
export type SoakPlace = { folder: string; signal: AbortSignal; progress: (line: string) => void };

/** A system under soak. */
export type Soaked = {
  asked: SoakArguments;
  place: SoakPlace;
  system: LocalProcess;
  clients: LocalClients;
  control: LocalControl;
  temporaryFolder: string;
};
