// An instance of a group, the group's history, and what launches and ends the processes behind them. Types only.

/** The states an instance goes through (Auto Scaling User Guide, instance lifecycle). */
export type LifecycleState =
  | "Pending"
  | "Pending:Wait"
  | "InService"
  | "Terminating:Wait"
  | "Terminating:Proceed";

/** What instances are launched with: a version of the group's launch template. */
export type LaunchTemplate = {
  version: number;
  /** Variables that its workers get besides those of every worker. */
  environment: Readonly<Record<string, string>>;
};

/** One instance of a group. */
export type Instance = {
  id: string;
  group: string;
  zone: string;
  type: string;
  template: LaunchTemplate;
  state: LifecycleState;
  launchedAt: number;
  /** When it went into service; undefined before. */
  inServiceAt: number | undefined;
  protectedFromScaleIn: boolean;
};

/** One line of a group's history. */
export type Activity = {
  at: number;
  /** Empty for a launch that EC2 refused. */
  instanceId: string;
  what: "launched" | "launch failed" | "in service" | "terminating" | "terminated";
  cause: string;
  /** What EC2 answered, for a launch that failed. */
  message?: string;
};

/** What launches and ends real processes for the instances. */
export type Launcher = {
  launch: (instance: Instance) => Promise<void>;
  /** Ends the instance. `graceMs` is 0 when it ends at once. */
  terminate: (instanceId: string, graceMs: number) => Promise<void>;
  /** Announces to the instance, through its metadata, what will happen to it. */
  announce: (instanceId: string, path: string, text: string) => void;
};

/** True for an instance that is not about to end. */
export const isStaying = ({ state }: Instance): boolean => !state.startsWith("Terminating");
