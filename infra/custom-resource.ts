// What CloudFormation sends to the function of a custom resource, and the answer it waits for.

/** A request (CloudFormation's user guide, "Custom resource request objects"), as far as it is used here. */
export type CustomResourceRequest<Properties = unknown> = {
  RequestType: "Create" | "Update" | "Delete";
  ResponseURL: string;
  StackId: string;
  RequestId: string;
  LogicalResourceId: string;
  PhysicalResourceId?: string;
  ResourceProperties: Properties;
};

/** How a request ended. */
export type CustomResourceResult = { Status: "SUCCESS" | "FAILED"; Reason?: string };

/** Answers CloudFormation at the address it gave (its user guide, "Custom resource response objects"). */
export async function answer(
  request: CustomResourceRequest,
  { Status, Reason }: CustomResourceResult,
): Promise<void> {
  const { ResponseURL, StackId, RequestId, LogicalResourceId } = request;
  const PhysicalResourceId = request.PhysicalResourceId ?? LogicalResourceId;
  const result = { Status, ...(Reason !== undefined && { Reason: Reason.slice(0, 1000) }) };
  const body = JSON.stringify({ ...result, StackId, RequestId, LogicalResourceId, PhysicalResourceId });
  const { ok, status } = await fetch(ResponseURL, { method: "PUT", body });
  if (!ok) throw new Error(`CloudFormation refused the answer with status ${status}`);
}

/** Does what a request asks for and answers, whether that works or not. */
export async function answering(request: CustomResourceRequest, work: () => Promise<unknown>): Promise<void> {
  try {
    const done = await work();
    console.log(JSON.stringify({ msg: "done", request: request.RequestType, done }));
  } catch (error) {
    console.log(JSON.stringify({ msg: "failed", request: request.RequestType, error: String(error) }));
    return answer(request, { Status: "FAILED", Reason: String(error) });
  }
  return answer(request, { Status: "SUCCESS" });
}
