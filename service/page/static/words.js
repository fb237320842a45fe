/* What the codes of the API mean, in words for the card. */

export const SPEAKER_BASIS = {
  named: "named at the quote",
  pronoun: "by a pronoun at the quote",
  description: "by a description at the quote",
  continuation: "goes on from the quote before",
  implied: "implied by the text around it",
};

export const OUTLET_BASIS = {
  stated: "stated at the quote",
  carried: "carried over from an earlier quote on the same occasion",
};

export const SPEAKER_KIND = {
  person: "person",
  organisation: "organisation",
  group: "group",
  unnamed: "unnamed person",
  document: "document",
};

export const FIGURES = { span: "Words", speaker: "Speaker", outlet: "Outlet" };

/** Return the English words of a rule's code, "cue-subject" to "cue subject". */
export const ruleWords = (rule) => rule.replaceAll(/[-_]+/g, " ");

const DAY = new Intl.DateTimeFormat("en-GB", { dateStyle: "long", timeZone: "UTC" });

/** Return the day of an ISO 8601 date or date and time as people write it, "" for none. */
export const dayWords = (moment) => (moment ? DAY.format(new Date(moment.slice(0, 10))) : "");

/** Return a probability as people read it. */
export const percent = (figure) => `${Math.round(figure * 100)}%`;

/** What an explanation's candidates were weighed as, in the order shown. */
export const DECISIONS = {
  cue: "Weighed as the cue:",
  source: "Weighed as the source:",
  speaker: "Weighed as the speaker:",
  outlet: "Weighed as the outlet:",
};
