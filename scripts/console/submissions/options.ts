// What the routes of submissions need.
import type { ResourceNames } from "../../../worker/fleet/resources.ts";
import type { Acting } from "../../desk/change-state.ts";
import type { Presigner } from "../results/presign.ts";
import type { Frame } from "../ui/frame.ts";
import type { Pile } from "./read-list.ts";

export type SubmissionsOptions = {
  db: Pile["db"];
  names: ResourceNames;
  frame: Frame;
  presign: Presigner;
  acting: Acting;
};
