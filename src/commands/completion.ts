import { usageError } from "../base/errors.ts";
import type { Command, CommandRow } from "./command.ts";
import { type Answer, complete } from "./complete.ts";
import { SCRIPTS, SHELLS, type Shell } from "./completion-scripts.ts";
import { bashReplacements, powershellQuoted, splitBashLine } from "./shell-words.ts";

/** The command that completes all of them, itself too; `commands` is asked when it runs. */
export function completionOf(commands: () => readonly CommandRow[]): Command {
  return {
    operandChoices: SHELLS,
    options: [],
    examples: [
      ["hvmsg completion bash", 'in ~/.bashrc: eval "$(hvmsg completion bash)"'],
      ["hvmsg completion zsh", 'in ~/.zshrc, after compinit: eval "$(hvmsg completion zsh)"'],
      ["hvmsg completion fish", "in ~/.config/fish/config.fish: hvmsg completion fish | source"],
      [
        "hvmsg completion powershell",
        "in $PROFILE: hvmsg completion powershell | Out-String | Invoke-Expression",
      ],
      ["hvmsg completion fish -- filter --type h", "what the scripts ask: how the last word can go on"],
    ],
    async run([shell = "", ...words], _options, io) {
      if (!SHELLS.includes(shell as Shell))
        throw usageError(`no completion for '${shell}'`, `the shells are ${SHELLS.join(", ")}`);
      const text =
        words.length === 0
          ? SCRIPTS[shell as Shell]
          : `${(await answerLines(shell as Shell, commands(), words)).join("\n")}\n`;
      await io.stdout.write(Buffer.from(text));
      return 0;
    },
  };
}

/** The answer as the shell's script wants it: the kind, then a candidate a line. */
async function answerLines(
  shell: Shell,
  commands: readonly CommandRow[],
  words: readonly string[],
): Promise<string[]> {
  switch (shell) {
    case "bash": {
      // The line up to the cursor, and the characters at which bash breaks words.
      const [line = "", breaks = ""] = words;
      const split = splitBashLine(line);
      const { kind, candidates } = await complete(commands, split.words.slice(1));
      return [kind, ...bashReplacements(split.last, breaks, candidates)];
    }
    case "zsh":
      return listed(await complete(commands, words), ({ text, shown, about }) => [
        text,
        titled(shown, about),
      ]);
    case "fish":
      return listed(await complete(commands, words.map(withoutQuote)), ({ text, about }) =>
        about === "" ? [text] : [text, about],
      );
    case "powershell": {
      const typed = (words[0] ?? "").split("\t").slice(1).map(withoutQuote);
      return listed(await complete(commands, typed), ({ text, shown, about }) => [
        powershellQuoted(text),
        shown,
        about || shown,
      ]);
    }
  }
}

function listed(
  { kind, candidates }: Answer,
  columns: (candidate: Answer["candidates"][number]) => string[],
): string[] {
  return [kind, ...candidates.map((each) => columns(each).join("\t"))];
}

/** How zsh lists a candidate. */
function titled(shown: string, about: string): string {
  return about === "" ? shown : `${shown}  -- ${about}`;
}

/** A word whose quote is still open. */
function withoutQuote(word: string): string {
  return word.replace(/^['"]/, "");
}
