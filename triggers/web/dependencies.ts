// What the web app needs, made once in a composition root: Lambda's entry in the cloud, the local system on a laptop.
import type { S3Client } from "@aws-sdk/client-s3";
import type { DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb";
import type { Enqueue } from "../../worker/engine/enqueue/enqueue.ts";
import type { ResourceNames } from "../../worker/fleet/resources.ts";
import type { FileSettings } from "../../worker/jobs/files/settings.ts";
import type { Log } from "../shared/log.ts";
import type { SignIn } from "./access/sign-in.ts";
import type { Assets } from "./assets.ts";
import type { Passwords } from "./links/passwords.ts";

/** What people may do and where the pages are. Nothing in it is secret. */
export type WebSettings = {
  /** Scheme, host and port of the pages, without a slash at the end. Every absolute address of ours starts with it. */
  origin: string;
  /** Origins of presigned addresses: pictures, uploads and downloads. */
  storageOrigins: readonly string[];
  /** Origins of the sign-in provider that forms lead to. */
  signInOrigins: readonly string[];
  /** Name of the session cookie. `__Host-` cookies need TLS. */
  cookie: string;
  /** Requests for another host are refused. Off behind a proxy, which sends its own host name. */
  onlyOwnHost: boolean;
  /** Limits of file sharing. */
  files: FileSettings;
};

/** The parts of the app. */
export type WebDependencies = {
  db: DynamoDBDocumentClient;
  /** Also presigns. */
  s3: S3Client;
  enqueue: Enqueue;
  names: ResourceNames;
  settings: WebSettings;
  signIn: SignIn;
  assets: Assets;
  /** Epoch milliseconds. */
  now: () => number;
  /** Unpredictable bytes. */
  random: (bytes: number) => Buffer;
  log: Log;
  /** Hashes and checks the passwords of links. */
  passwords: Passwords;
};
