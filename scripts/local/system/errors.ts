// What can go wrong before the local system serves, each as one sentence a person can act on.
import { FleetError } from "../../../worker/fleet/errors.ts";

/** Another program has the port; most often another local system. */
export class PortTaken extends FleetError {
  constructor(port: number, option: string) {
    super(
      `port ${port} is taken: another program, perhaps another "npm run local", listens there. End it, or choose another port with ${option} (0 picks a free one)`,
    );
  }
}

/** Another local system keeps its state in the same folder. */
export class DataFolderInUse extends FleetError {
  constructor(folder: string, pid: number) {
    super(
      `the data folder ${folder} is in use by the local system with process id ${pid}; end that one first`,
    );
  }
}
