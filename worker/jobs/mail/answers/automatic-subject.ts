// How the subjects of automatic answers and bounces begin. Stories may have such titles, so a subject alone decides nothing.

/** Matches subjects that mail systems and autoresponders write. */
export const automaticSubject = new RegExp(
  `^((re|fwd?|aw|wg|tr): *)*(${[
    "auto(matic|mated)?[- ]?(repl(y|ies)|respon(se|der)|answer)\\b",
    "out of (the )?office( autoreply)?( *[:-]|$)|(i am |i'm )?(on vacation|out of (the )?office)( *[:-]|$)",
    "vacation (reply|response|notice)\\b|away from my mail",
    "automatische antwort|abwesenheits(notiz|benachrichtigung|nachricht)|abwesend *:",
    "r[ée]ponse automatique|absence du bureau|respuesta autom[áa]tica|fuera de (la )?oficina",
    "risposta automatica|fuori sede|resposta autom[áa]tica|automatisch antwoord|afwezigheidsbericht",
    "automatiskt svar|autosvar|automatisk svar|automaattinen vastaus|automatyczna odpowied[źz]",
    "автоматический ответ|自動応答|自動返信|自动回复|자동 회신",
    "undeliver(able|ed)\\b|undeliverable mail|delivery status( notification)?|delivery (failure|has failed)",
    "mail delivery (failed|failure|subsystem)|returned mail\\b|failure notice|message delivery (failed|failure)",
    "mail system error|delivery notification|complaint about message|loop alert|unzustellbar|nicht zustellbar|non remis\\b|no se puede entregar",
    "mail could not be delivered|delayed mail|warning: could not send|message delayed|read: |not read: ",
    "メールエラー|メッセージを配信できません|配信不能",
  ].join("|")})`,
  "iu",
);
