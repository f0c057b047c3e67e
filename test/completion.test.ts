/** Completion: what is offered, and that real shells type it. */
import { spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { complete } from "../src/commands/complete.ts";
import { COMMANDS } from "../src/commands/index.ts";
import { splitBashLine } from "../src/commands/shell-words.ts";
import { FORMATS } from "../src/output/index.ts";
import { run } from "./run.ts";
import { hasProgram, shell, shellPath } from "./shell.ts";

async function offered(...words: string[]): Promise<string[]> {
  return (await complete(COMMANDS, words)).candidates.map((each) => each.text);
}

describe("what is offered", () => {
  it("commands, and the options of each", async () => {
    expect(await offered("")).toEqual(COMMANDS.map((command) => command.name));
    expect(await offered("fi")).toEqual(["filter", "fields"]);
    expect(await offered("--")).toEqual(["--help", "--version"]);
    for (const command of COMMANDS) {
      const { options } = await command.load();
      const longs = options.flatMap(({ flags }) => /--[\w-]+/.exec(flags)?.[0] ?? []);
      expect(await offered(command.name, "--")).toEqual([...longs, "--help"]);
    }
    expect(await offered("filter", "-")).toContain("-q");
    expect(await offered("decode", "--", "--f")).toEqual([]);
  });

  it("values of options, apart and joined", async () => {
    expect(await offered("decode", "-f", "")).toEqual(FORMATS.map((format) => format.name));
    expect(await offered("decode", "--format=js")).toEqual(["--format=jsonl", "--format=json"]);
    expect(await offered("decode", "--abi", "hvi")).toEqual(["hvimapi"]);
    expect(await offered("decode", "--input", "mess")).toEqual(["message"]);
    expect(await offered("decode", "--limit", "")).toEqual([]);
    expect(await offered("completion", "")).toEqual(["bash", "zsh", "fish", "powershell"]);
  });

  it("items of lists, negated too, none twice", async () => {
    expect(await offered("decode", "--fields", "rip,rfl")).toEqual(["rip,rflags"]);
    expect(await offered("decode", "--fields", "rip,ri")).toEqual([]);
    expect(await offered("decode", "--fields", "portNu")).toEqual(["portNumber"]);
    expect(await offered("decode", "--fields", "payload.portNu")).toEqual(["payload.portNumber"]);
    expect(await offered("stats", "--by", "vpIndex,rfl")).toEqual(["vpIndex,rflags"]);
    expect(await offered("diff", "--ignore", "rfl")).toEqual(["rflags"]);
    expect(await offered("filter", "--type", "msr,!io-")).toEqual(["msr,!io-port"]);
    expect(await offered("filter", "--type", "")).not.toContain("HvMessageTypeX64Halt");
    expect(await offered("filter", "--type", "HvMessageTypeX64Ha")).toEqual(["HvMessageTypeX64Halt"]);
    expect(await offered("filter", "--access", "read,")).toEqual(["read,write", "read,execute"]);
    expect(await offered("filter", "--flags", "!I")).toEqual(["!IF", "!ID"]);
    expect(await offered("filter", "--flags", "cp")).toEqual(["cpl="]);
  });

  it("what comes next in an expression", async () => {
    const where = (text: string) => offered("filter", "--where", text);
    expect(await where("msrNu")).toContain("msrNumber ==");
    expect(await where("cpl == 3 && msrNumb")).toContain("cpl == 3 && msrNumber in {");
    expect(await where("not stringO")).toEqual(["not stringOp"]);
    expect(await where("!(has msrNa")).toEqual(["!(has msrName"]);
    expect(await where("payload.accessInfo.st")).toEqual(["payload.accessInfo.stringOp"]);
    expect(await where("cacheType == write")).toEqual([
      ...["writeCombining", "writeThrough", "writeProtected", "writeBack"].map(
        (each) => `cacheType == ${each}`,
      ),
    ]);
    expect(await where("cacheType in {uncached, writeB")).toEqual(["cacheType in {uncached, writeBack"]);
    expect(await where("messageType eq msr")).toEqual(["messageType eq msr", "messageType eq msr-list"]);
    expect(await where("portNumber != COM1_LS")).toEqual(["portNumber != COM1_LSR"]);
    expect(await where("stringOp == t")).toEqual(["stringOp == true"]);
    expect(await where("interceptAccessType == w")).toEqual(["interceptAccessType == write"]);
    expect(await where("interceptAccessType ")).not.toContain("interceptAccessType <");
    expect(await where("cpl == 3 ")).toEqual(["cpl == 3 &&", "cpl == 3 ||"]);
    expect(await where("rip == ")).toEqual([]);
    expect(await where("nosuch == ")).toEqual([]);
  });

  it("every one that --where and --fields take", async () => {
    const fields = await offered("decode", "--fields", "");
    expect(fields.length).toBeGreaterThan(200);
    const ran = await run(["decode", "--json", "--fields", fields.join(",")]);
    expect([ran.status, ran.stderr]).toEqual([0, ""]);
    const values = [
      ...(await offered("filter", "--where", "portNumber == ")),
      ...(await offered("filter", "--where", "registerName == ")),
    ];
    expect(values.length).toBeGreaterThan(500);
    const all = await run(["filter", "-c", "--where", values.join(" or ")]);
    expect([all.status, all.stderr]).toEqual([1, ""]);
    const types = await run([
      ...["filter", "-c", "--type", (await offered("filter", "--type", "")).join(",")],
      ...[
        "--flags",
        (await offered("filter", "--flags", "")).filter((each) => !each.endsWith("=")).join(","),
      ],
    ]);
    expect([types.status, types.stderr]).toEqual([1, ""]);
  });

  it("files, for operands and -o", async () => {
    expect((await complete(COMMANDS, ["decode", "samp"])).kind).toBe("files");
    expect((await complete(COMMANDS, ["decode", "-o", ""])).kind).toBe("files");
    expect((await complete(COMMANDS, ["decode", "--json", ""])).kind).toBe("files");
    expect((await complete(COMMANDS, ["schema", ""])).kind).toBe("word");
  });
});

describe("words of a bash line", () => {
  it.each([
    ["hvmsg  decode ", ["hvmsg", "decode", ""]],
    ["hvmsg 'a b", ["hvmsg", "a b"]],
    ['hvmsg --where=\'a b\' "c\\"d" e\\ f', ["hvmsg", "--where=a b", 'c"d', "e f"]],
    ["hvmsg ''", ["hvmsg", ""]],
  ])("%s", (line, words) => {
    expect(splitBashLine(line).words).toEqual(words);
  });
});

it("an unknown shell is a usage error", async () => {
  const ran = await run(["completion", "tcsh"]);
  expect([ran.status, ran.stdout]).toEqual([2, ""]);
  expect(ran.stderr).toMatch(/'tcsh'.*bash, zsh, fish, powershell/);
});

it("PowerShell is answered with words in its quotes (its script was not run: there is no PowerShell here)", async () => {
  const ask = async (...words: string[]) =>
    (await run(["completion", "powershell", ["hvmsg", ...words].join("\t")])).stdout.split("\n").slice(0, -1);
  expect(await ask("fil")).toEqual(["word", expect.stringMatching(/^filter\tfilter\tprint the messages/)]);
  expect(await ask("decode", "-f", "js")).toEqual(["word", "jsonl\tjsonl\tjsonl", "json\tjson\tjson"]);
  expect(await ask("decode", "--fields", "rip,cr")).toContainEqual(
    expect.stringMatching(/^'rip,cr8'\tcr8\t/),
  );
  expect(await ask("filter", "--where", "'stringOp == t")).toEqual([
    "part",
    "'stringOp == true'\ttrue\ttrue",
  ]);
  expect(await ask("decode", "")).toEqual(["files"]);
});

const folder = mkdtempSync(join(tmpdir(), "hvmsg-completion-"));
mkdirSync(join(folder, "captures"));
writeFileSync(join(folder, "captures/boot one.bin"), "");

/** A shell in a terminal of its own: types keys and TAB, and gives the line as it stands then. */
async function startShell(
  program: "bash" | "zsh",
): Promise<{ tab(keys: string): Promise<string>; end(): void }> {
  const out = join(folder, `${program}-line`);
  const rc = {
    bash: `PS1='ready> '; bind 'set bell-style none'; bind 'set completion-query-items -1'
bind 'set page-completions off'; bind -x '"\\C-xd": printf "%s\\n" "$READLINE_LINE" >> "${out}"; READLINE_LINE='
eval "$(hvmsg completion bash)"`,
    zsh: `PS1='ready> '; autoload -Uz compinit; compinit -D; LISTMAX=10000; unsetopt beep
dump() { print -r -- "$BUFFER" >> "${out}"; BUFFER= }; zle -N dump; bindkey '^Xd' dump
eval "$(hvmsg completion zsh)"`,
  }[program];
  writeFileSync(join(folder, program === "zsh" ? ".zshrc" : "bashrc"), rc);
  writeFileSync(out, "");
  const command = program === "bash" ? `bash --noprofile --rcfile '${folder}/bashrc' -i` : "zsh -d -i";
  const child = spawn("script", ["-qec", command, "/dev/null"], {
    cwd: folder,
    env: {
      ...process.env,
      PATH: shellPath(),
      TERM: "dumb",
      ZDOTDIR: folder,
      LC_ALL: "C.UTF-8",
      HISTFILE: "",
    },
  });
  await new Promise<void>((resolve, reject) => {
    let shown = "";
    child.stdout.on("data", (chunk) => {
      shown += chunk;
      if (shown.includes("ready> ")) resolve();
    });
    child.once("exit", () => reject(new Error(`${program} ended: ${shown}`)));
  });
  let read = 0;
  return {
    async tab(keys) {
      child.stdin.write(`${keys}\t\u0018d`);
      for (;;) {
        const line = readFileSync(out, "utf8").slice(read);
        if (line.endsWith("\n")) {
          read += line.length;
          return line.slice(0, -1);
        }
        await sleep(10);
      }
    },
    end: () => void child.kill(),
  };
}

const hasTerminal = process.platform === "linux" && hasProgram("script");

describe.each(["bash", "zsh"] as const)("a real %s (skipped where there is none)", (program) => {
  const there = hasTerminal && hasProgram(program);
  let started: Awaited<ReturnType<typeof startShell>>;
  beforeAll(async () => {
    if (there) started = await startShell(program);
  }, 60_000);
  afterAll(() => started?.end());

  it.skipIf(!there).each([
    ["hvmsg dec", "hvmsg decode "],
    ["hvmsg decode -f xy", "hvmsg decode -f xy"],
    ["hvmsg decode -f ta", "hvmsg decode -f table "],
    ["hvmsg decode --no-h", "hvmsg decode --no-header "],
    ["hvmsg decode --format=tab", "hvmsg decode --format=table "],
    ["hvmsg decode --abi hvim", "hvmsg decode --abi hvimapi "],
    ["hvmsg decode --fields rip,rfl", "hvmsg decode --fields rip,rflags"],
    ["hvmsg decode --limit ", "hvmsg decode --limit "],
    ["hvmsg filter --type '!io-p", "hvmsg filter --type '!io-port'"],
    ["hvmsg filter --where 'portNum", "hvmsg filter --where 'portNumber "],
    ["hvmsg filter --where 'portNumber == COM1_LS", "hvmsg filter --where 'portNumber == COM1_LSR'"],
    ['hvmsg filter --where "cpl == 3 && stringO', 'hvmsg filter --where "cpl == 3 && stringOp"'],
    ["hvmsg filter --where stringO", "hvmsg filter --where stringOp"],
    ["hvmsg filter --where portNumber\\ ==\\ COM1_LS", "hvmsg filter --where portNumber\\ ==\\ COM1_LSR"],
    ["hvmsg decode capt", "hvmsg decode captures/"],
    ["hvmsg decode captures/b", "hvmsg decode captures/boot\\ one.bin "],
    ["hvmsg decode -o captures/b", "hvmsg decode -o captures/boot\\ one.bin "],
    ["hvmsg decode --output=captures/b", "hvmsg decode --output=captures/boot\\ one.bin "],
    ["echo | hvmsg deco", "echo | hvmsg decode "],
  ])("%s", async (keys, line) => {
    // Where more of the same word can follow, zsh leaves a quote open; bash closes it.
    const expected = program === "zsh" ? line.replace(/['"]$/, "") : line;
    expect(await started.tab(keys)).toBe(expected);
  });
});

it("bash is given all candidates", () => {
  const line = "hvmsg decode -f j";
  const { stdout } = shell(
    `eval "$(hvmsg completion bash)"; COMP_LINE='${line}' COMP_POINT=${line.length} COMP_WORDS=(${line}) COMP_CWORD=3
    _hvmsg hvmsg j -f; printf '%s\\n' "\${COMPREPLY[@]}"; complete -p hvmsg`,
  );
  expect(stdout).toBe("jsonl\njson\ncomplete -o default -F _hvmsg hvmsg\n");
});

describe.skipIf(!hasProgram("fish"))("a real fish (skipped where there is none)", () => {
  function fish(line: string): string[] {
    const { stdout } = shell(
      `fish -c 'hvmsg completion fish | source; complete -C (cat | string collect)' <<< ${JSON.stringify(line).replaceAll("$", "\\$")}`,
      { cwd: folder },
    );
    return stdout.split("\n").slice(0, -1);
  }

  it.each([
    ["hvmsg dec", ["decode\tprint every message"]],
    ["hvmsg decode -f js", ["jsonl", "json"]],
    ["hvmsg decode --format=tab", ["--format=table"]],
    ["hvmsg filter --where 'portNumber == COM1_LS", ["portNumber == COM1_LSR\tline status"]],
    ["hvmsg decode capt", ["captures/"]],
    ["hvmsg decode --output=capt", ["--output=captures/"]],
    ["hvmsg decode --limit ", []],
  ])("%s", (line, candidates) => {
    expect(
      fish(line)
        .map((each) => each.replace(/\t$/, ""))
        .sort(),
    ).toEqual([...candidates].sort());
  });
});
