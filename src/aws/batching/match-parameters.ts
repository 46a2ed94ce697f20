import { isArn } from "../../api/arn.ts";
import type { ParameterRef } from "../../api/source.ts";
import type { ParameterAnswer } from "../calls.ts";
import { AwsError } from "../errors.ts";
import { parameterObject } from "../refs/object-name.ts";
import { selectorText } from "../refs/ref-key.ts";
import { fromParameter } from "../refs/source-value.ts";
import { type Ask, bad, good, noAnswer, type Outcome, type Outcomes } from "./outcome.ts";

const operation = "GetParameters";

/** The name as the service wants it: with the selector behind a colon. */
export function askedName(ref: ParameterRef): string {
  const selector = selectorText(ref.selector);
  return selector === undefined ? ref.name : `${ref.name}:${selector}`;
}

function sameName(ref: ParameterRef, answer: ParameterAnswer): boolean {
  if (answer.name === ref.name || answer.arn === ref.name) {
    return true;
  }
  // A leading slash or a shared parameter's ARN for a name; two ARNs that differ are two parameters.
  return !isArn(ref.name) && parameterObject(answer.name).tail === parameterObject(ref.name).tail;
}

/** Some emulators send no selector; the name is then enough, since no batch holds one name twice. */
function sameSelector(ref: ParameterRef, answer: ParameterAnswer): boolean {
  const asked = selectorText(ref.selector);
  if (ref.selector !== undefined && "version" in ref.selector && ref.selector.version !== answer.version) {
    return false;
  }
  const sent = answer.selector?.replace(/^:/u, "");
  return sent === undefined || sent === "" || sent === asked;
}

function missing(ref: ParameterRef): Outcome {
  const selector = selectorText(ref.selector);
  return bad(
    new AwsError({
      kind: "notFound",
      code: "ParameterNotFound",
      operation,
      // A version or a label that is not there says nothing of the parameter itself (api.md, "Gone").
      gone: selector === undefined,
      message:
        selector === undefined
          ? `parameter ${ref.name} does not exist`
          : `parameter ${ref.name} does not exist, or has no version or label ${selector}`,
    }),
  );
}

function isInvalid(ref: ParameterRef, invalid: readonly string[]): boolean {
  const asked = askedName(ref);
  return invalid.includes(asked) || invalid.includes(ref.name);
}

/** Hands each ask its own answer out of one call's; within a call no two asks may name one parameter. */
export function matchParameters(
  asks: readonly Ask<ParameterRef>[],
  answer: { readonly found: readonly ParameterAnswer[]; readonly invalid: readonly string[] },
): Outcomes {
  const outcomeOf = ({ ref }: Ask<ParameterRef>): Outcome => {
    const found = answer.found.find((item) => sameName(ref, item) && sameSelector(ref, item));
    if (found !== undefined) {
      return good(fromParameter(found));
    }
    return isInvalid(ref, answer.invalid) ? missing(ref) : noAnswer(operation, askedName(ref));
  };
  return new Map(asks.map((ask) => [ask.key, outcomeOf(ask)]));
}
