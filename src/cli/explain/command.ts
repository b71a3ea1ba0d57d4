import { Argument, type Command } from 'commander';
import { explainText } from '../../report/explain.js';
import { output, UsageError } from '../io.js';
import { jsonOption } from '../options.js';

export const explainCommand = (command: Command): Command =>
  command
    .addArgument(new Argument('<code>', 'number (decimal, 0x…, negative) or name'))
    .addOption(jsonOption())
    .addHelpText(
      'after',
      '\nExamples:\n  dcom-harness explain 5\n  dcom-harness explain 0x80010111\n  dcom-harness explain nca_s_op_rng_error\n  dcom-harness explain 10036',
    )
    .action((code: string, options: { json: boolean }) => {
      const out = output(options);
      const found = explainText(code);
      if (found === undefined)
        throw new UsageError(`nothing is known of '${code}'; give a number, or a name such as E_ACCESSDENIED`);
      if (out.json) out.record({ code, ...found });
      else out.text([found.title, ...found.lines.map((line) => `  ${line}`)].join('\n'));
    });
