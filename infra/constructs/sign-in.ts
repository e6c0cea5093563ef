// Who may sign in: a Cognito user pool into which only administrators of the account let people, its managed login, and the
// pages as its only client.
import { Aws, Duration, RemovalPolicy } from "aws-cdk-lib";
import {
  AccountRecovery,
  CfnManagedLoginBranding,
  CfnUserPoolGroup,
  FeaturePlan,
  ManagedLoginVersion,
  Mfa,
  OAuthScope,
  UserPool,
  UserPoolClient,
  UserPoolClientIdentityProvider,
} from "aws-cdk-lib/aws-cognito";
import { Construct } from "constructs";
import { acknowledge } from "../acknowledge.ts";

/** Paths of the pages to which Cognito may lead back: triggers/web/access/openid.ts. */
export const leadBack = { signedIn: "/sign-in/callback", signedOut: "/signed-out" } as const;

/** The group whose members are admins: triggers/web/access/open-session.ts. */
export const adminGroup = "admins";

/** The user pool of a fleet. */
export class SignInPool extends Construct {
  readonly pool: UserPool;
  readonly clientId: string;
  /** What tokens name as their issuer. */
  readonly issuer: string;
  /** Origin of the managed login's pages. */
  readonly loginOrigin: string;

  /** @param origin the pages' origin */
  constructor(scope: Construct, id: string, { fleet, origin }: { fleet: string; origin: string }) {
    super(scope, id);
    this.pool = userPool(this, fleet, origin);
    this.issuer = `https://cognito-idp.${Aws.REGION}.${Aws.URL_SUFFIX}/${this.pool.userPoolId}`;
    const domainPrefix = `${fleet}-${Aws.ACCOUNT_ID}`;
    this.pool.addDomain("Domain", {
      cognitoDomain: { domainPrefix },
      managedLoginVersion: ManagedLoginVersion.NEWER_MANAGED_LOGIN,
    });
    this.loginOrigin = `https://${domainPrefix}.auth.${Aws.REGION}.amazoncognito.com`;
    this.clientId = pagesClient(this, this.pool, origin).userPoolClientId;
    const { userPoolId } = this.pool;
    // Without a branding, the newer managed login shows no page.
    new CfnManagedLoginBranding(this, "Look", {
      userPoolId,
      clientId: this.clientId,
      useCognitoProvidedValues: true,
    });
    new CfnUserPoolGroup(this, "Admins", {
      userPoolId,
      groupName: adminGroup,
      description: "May see the audit and everybody's sessions",
    });
  }
}

function userPool(scope: Construct, fleet: string, origin: string): UserPool {
  const pool = new UserPool(scope, "People", {
    userPoolName: fleet,
    featurePlan: FeaturePlan.ESSENTIALS,
    selfSignUpEnabled: false,
    userInvitation: {
      emailSubject: "Your account for sharing files",
      emailBody: `You can sign in at ${origin} as {username} with the password {####}. You will be asked for one of your own.`,
    },
    signInAliases: { email: true },
    signInCaseSensitive: false,
    standardAttributes: { email: { required: true, mutable: true }, fullname: { mutable: true } },
    mfa: Mfa.OPTIONAL,
    mfaSecondFactor: { otp: true, sms: false },
    passwordPolicy: {
      minLength: 12,
      requireLowercase: true,
      requireUppercase: true,
      requireDigits: true,
      requireSymbols: true,
      tempPasswordValidity: Duration.days(7),
    },
    accountRecovery: AccountRecovery.EMAIL_ONLY,
    deletionProtection: true,
    removalPolicy: RemovalPolicy.RETAIN,
  });
  acknowledge(pool, {
    COG2: "A second factor is each person's choice; whoever runs the fleet may require it.",
    COG8: "Threat protection needs the dearer Plus plan; nobody can sign up, and passwords are long.",
  });
  return pool;
}

/**
 * A public client: code flow with PKCE, state and nonce. It has no secret, so none can leak, and it takes no password except
 * on the managed login's own pages.
 */
function pagesClient(scope: Construct, pool: UserPool, origin: string): UserPoolClient {
  return new UserPoolClient(scope, "Pages", {
    userPool: pool,
    generateSecret: false,
    // Only refreshing is left, which cannot be turned off.
    authFlows: { userPassword: false },
    supportedIdentityProviders: [UserPoolClientIdentityProvider.COGNITO],
    oAuth: {
      flows: { authorizationCodeGrant: true },
      scopes: [OAuthScope.OPENID, OAuthScope.EMAIL, OAuthScope.PROFILE],
      callbackUrls: [`${origin}${leadBack.signedIn}`],
      logoutUrls: [`${origin}${leadBack.signedOut}`],
    },
    preventUserExistenceErrors: true,
    enableTokenRevocation: true,
    // The pages read the first ID token and keep sessions of their own.
    idTokenValidity: Duration.minutes(60),
    accessTokenValidity: Duration.minutes(5),
    refreshTokenValidity: Duration.minutes(60),
  });
}
