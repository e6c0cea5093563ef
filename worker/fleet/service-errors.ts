// Every error code that the fleet's services are known to answer with, and what it means for the job that made the call.
// Data only; the engine classifies by it. A code that is not here counts as the cloud's trouble.

/** The services the fleet calls. */
export const services = ["s3", "sqs", "sns", "dynamodb", "ses", "ssm", "imds"] as const;

export type Service = (typeof services)[number];

/**
 * `put off`: the cloud's or the account's trouble; it passes, or an operator ends it. `failure`: the call itself is wrong and
 * will be wrong again. `verdict`: an answer about the data, which the calling code expects; one that nobody handles is a failure.
 */
export type ErrorClass = "put off" | "failure" | "verdict";

/** Codes of one service by class, separated by spaces. */
type Codes = Readonly<Partial<Record<ErrorClass, string>>>;

/** Codes that every service may answer with (Common Errors in each API reference), and those of the network and the SDK. */
export const commonCodes: Codes = {
  "put off":
    "AccessDenied AccessDeniedException CredentialsProviderError ExpiredToken ExpiredTokenException ForbiddenException " +
    "IncompleteSignature InternalError InternalFailure InternalServerError InternalServerException " +
    "InvalidAccessKeyId InvalidClientTokenId InvalidSignatureException KMSAccessDeniedException KMSDisabledException " +
    "KMSInvalidStateException KMSNotFoundException KMSThrottlingException LimitExceededException " +
    "MissingAuthenticationToken MissingAuthenticationTokenException NotAuthorized OptInRequired " +
    "ProvisionedThroughputExceededException RequestExpired RequestLimitExceeded RequestThrottled " +
    "RequestThrottledException RequestTimeTooSkewed RequestTimeout RequestTimeoutException " +
    "ServiceUnavailable ServiceUnavailableException SignatureDoesNotMatch SlowDown ThrottledException Throttling " +
    "ThrottlingException TimeoutError TokenProviderError TooManyRequestsException UnauthorizedOperation " +
    "UnrecognizedClientException",
  failure:
    "InvalidAction InvalidParameterCombination InvalidParameterValue InvalidQueryParameter MalformedHttpRequestException " +
    "MalformedQueryString MissingAction MissingParameter NotImplemented RequestAbortedException RequestEntityTooLargeException " +
    "SerializationException UnknownOperationException UnsupportedOperation ValidationError ValidationException",
};

/** Codes of single services; they win over the common ones. */
export const serviceCodes: Readonly<Record<Service, Codes>> = {
  s3: {
    "put off":
      "AccessDenied AccountProblem AllAccessDisabled AuthorizationHeaderMalformed AuthorizationQueryParametersError BadDigest " +
      "ClientTokenConflict ConditionalRequestConflict CredentialsNotSupported EndpointNotFound ExpiredToken " +
      "IncompleteBody IncorrectEndpoint InternalError InvalidAccessKeyId InvalidBucketState InvalidHostHeader InvalidPayer " +
      "InvalidRegion InvalidSecurity InvalidSessionException InvalidSignature InvalidToken KMS.DisabledException " +
      "KMS.InvalidKeyUsageException KMS.KMSInvalidStateException KMS.NotFoundException NoSuchAccessPoint NoSuchBucket " +
      "NotSignedUp OperationAborted PermanentRedirect Redirect RequestTimeout RequestTimeTooSkewed RestoreAlreadyInProgress " +
      "ServiceUnavailable SignatureDoesNotMatch SlowDown TemporaryRedirect TokenRefreshRequired UnauthorizedAccess " +
      "UnexpectedIPError UnsupportedSignature XAmzContentSHA256Mismatch",
    failure:
      "AccessControlListNotSupported AmbiguousGrantByEmailAddress AnnotationLimitExceeded AnnotationNameTooLong " +
      "BucketAlreadyExists BucketAlreadyOwnedByYou BucketHasAccessPointsAttached BucketNotEmpty EncryptionTypeMismatch " +
      "EntityTooLarge EntityTooSmall IdempotencyParameterMismatch IllegalLocationConstraintException " +
      "IllegalVersioningConfigurationException IncorrectNumberOfFilesInPostRequest InlineDataTooLarge InvalidAddressingHeader " +
      "InvalidAnnotationName InvalidArgument InvalidBucketAclWithObjectOwnership InvalidBucketName " +
      "InvalidBucketOwnerAWSAccountID InvalidDigest InvalidEncryptionAlgorithmError InvalidHttpMethod InvalidLocationConstraint " +
      "InvalidPart InvalidPartOrder InvalidPolicyDocument InvalidPrefix InvalidRequest InvalidSOAPRequest InvalidStorageClass " +
      "InvalidTargetBucketForLogging InvalidURI InvalidWriteOffset KeyTooLongError MalformedACLError MalformedPOSTRequest " +
      "MalformedXML MaxMessageLengthExceeded MaxPostPreDataLengthExceededError MetadataTooLarge MethodNotAllowed " +
      "MissingContentLength MissingRequestBodyError MissingSecurityHeader NotImplemented ObjectAlreadyInActiveTierError " +
      "ObjectNotInActiveTierError RequestHeaderSectionTooLarge RequestIsNotMultiPartContent TooManyBuckets TooManyParts " +
      "UnexpectedContent UnresolvableGrantByEmailAddress UnsupportedArgument UnsupportedMediaType UserKeyMustBeSpecified",
    verdict:
      "InvalidObjectState InvalidRange NoSuchAnnotation NoSuchBucketPolicy NoSuchCORSConfiguration NoSuchKey " +
      "NoSuchLifecycleConfiguration NoSuchTagSet NoSuchUpload NoSuchVersion NotFound NotModified PreconditionFailed " +
      "ServerSideEncryptionConfigurationNotFoundError",
  },
  sqs: {
    "put off":
      "InvalidAddress InvalidSecurity KmsAccessDenied KmsDisabled KmsInvalidKeyUsage KmsInvalidState KmsNotFound " +
      "KmsOptInRequired KmsThrottled OverLimit PurgeQueueInProgress QueueDeletedRecently QueueDoesNotExist RequestThrottled " +
      "ResourceNotFoundException",
    failure:
      "BatchEntryIdsNotDistinct BatchRequestTooLong EmptyBatchRequest InvalidAttributeName InvalidAttributeValue " +
      "InvalidBatchEntryId InvalidMessageContents QueueNameExists TooManyEntriesInBatchRequest UnsupportedOperation",
    verdict: "InvalidIdFormat InvalidParameterValue MessageNotInflight ReceiptHandleIsInvalid",
  },
  sns: {
    "put off":
      "AuthorizationError AuthorizationErrorException ConcurrentAccessException EndpointDisabled EndpointDisabledException " +
      "InternalErrorException InvalidSecurity InvalidSecurityException KMSAccessDenied KMSAccessDeniedException KMSDisabled " +
      "KMSDisabledException KMSInvalidState KMSInvalidStateException KMSNotFound KMSNotFoundException KMSOptInRequired " +
      "KMSThrottling KMSThrottlingException NotFound NotFoundException PlatformApplicationDisabledException " +
      "ReplayLimitExceededException ResourceNotFoundException StaleTagException Throttled ThrottledException " +
      "TopicLimitExceededException",
    failure:
      "BatchEntryIdsNotDistinctException BatchRequestTooLongException EmptyBatchRequestException " +
      "FilterPolicyLimitExceededException InvalidBatchEntryIdException InvalidParameter InvalidParameterException " +
      "InvalidParameterValueException InvalidStateException OptedOutException ParameterValueInvalid " +
      "SubscriptionLimitExceededException TagLimitExceededException TagPolicyException TooManyEntriesInBatchRequestException " +
      "UserErrorException ValidationException VerificationException",
  },
  dynamodb: {
    "put off":
      "BackupInUseException ContinuousBackupsUnavailableException IndexNotFoundException InternalServerError " +
      "InvalidEndpointException LimitExceededException PolicyNotFoundException ProvisionedThroughputExceededException " +
      "ReplicatedWriteConflictException RequestLimitExceeded ResourceInUseException ResourceNotFoundException TableInUseException " +
      "TableNotFoundException ThrottlingException TransactionConflictException TransactionInProgressException",
    failure:
      "BackupNotFoundException ExportConflictException ExportNotFoundException GlobalTableAlreadyExistsException " +
      "GlobalTableNotFoundException IdempotentParameterMismatchException ImportConflictException ImportNotFoundException " +
      "InvalidExportTimeException InvalidRestoreTimeException ItemCollectionSizeLimitExceededException " +
      "PointInTimeRecoveryUnavailableException ReplicaAlreadyExistsException ReplicaNotFoundException TableAlreadyExistsException " +
      "ValidationException",
    verdict: "ConditionalCheckFailedException DuplicateItemException TransactionCanceledException",
  },
  ses: {
    "put off":
      "AccountSuspendedException ConcurrentModificationException ConflictException InternalServiceErrorException " +
      "LimitExceededException MailFromDomainNotVerifiedException NotFoundException SendingPausedException TooManyRequestsException",
    failure: "AlreadyExistsException InvalidNextTokenException",
    verdict: "BadRequestException MessageRejected",
  },
  ssm: {
    "put off":
      "AccessDeniedException FeatureNotAvailableException InternalServerError InvalidKeyId ParameterNotFound " +
      "ParameterVersionNotFound ResourceInUseException ResourceLimitExceededException ServiceQuotaExceededException " +
      "ThrottlingException TooManyUpdates",
    failure:
      "HierarchyLevelLimitExceededException HierarchyTypeMismatchException IdempotentParameterMismatch IncompatiblePolicyException " +
      "InvalidAllowedPatternException InvalidFilter InvalidFilterKey InvalidFilterOption InvalidFilterValue InvalidNextToken " +
      "InvalidPolicyAttributeException InvalidPolicyTypeException InvalidResourceId InvalidResourceType ParameterAlreadyExists " +
      "ParameterLimitExceeded ParameterMaxVersionLimitExceeded ParameterPatternMismatchException " +
      "ParameterVersionLabelLimitExceeded PoliciesLimitExceededException TooManyTagsError UnsupportedOperationException " +
      "UnsupportedParameterType ValidationException",
  },
  imds: { "put off": "400 401 403 404 405 429 500 503" },
};

/** What a cancelled transaction's reasons say (TransactWriteItems API reference). */
export const cancellationCodes: Codes = {
  "put off":
    "AccessDenied None ProvisionedThroughputExceeded RequestLimitExceeded ThrottlingError TransactionConflict",
  failure: "DuplicateItem ItemCollectionSizeLimitExceeded ValidationError",
  verdict: "ConditionalCheckFailed",
};

/** System errors of the network (Node's and libuv's names): no answer arrived, or only half of one. */
export const networkCodes =
  "EAI_AGAIN EAI_FAIL ECONNABORTED ECONNREFUSED ECONNRESET EHOSTDOWN EHOSTUNREACH ENETDOWN ENETRESET ENETUNREACH ENOTFOUND " +
  "EPIPE EPROTO ERR_STREAM_PREMATURE_CLOSE ETIMEDOUT CERT_HAS_EXPIRED ERR_SSL_WRONG_VERSION_NUMBER UND_ERR_SOCKET";
