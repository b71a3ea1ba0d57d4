import { Argument, type Command } from 'commander';
import { explainPasted } from '../../report/explain.js';
import { output, UsageError } from '../io.js';
import { jsonOption } from '../options.js';

export const explainCommand = (command: Command): Command =>
  command
    .addArgument(new Argument('<code...>', 'a number (decimal, 0x…, negative), a name, or a text that has one in it'))
    .addOption(jsonOption())
    .addHelpText(
      'after',
      '\nExamples:\n  dcom-harness explain 5\n  dcom-harness explain 0x80010111\n  dcom-harness explain nca_s_op_rng_error\n  dcom-harness explain 10036\n  dcom-harness explain -2147024891\n  dcom-harness explain "Exception from HRESULT: 0x800706BA"',
    )
    .action((words: string[], options: { json: boolean }) => {
      const out = output(options);
      const code = words.join(' ');
      const found = explainPasted(code);
      if (found.length === 0)
        throw new UsageError(`nothing is known of '${code}'; give a number, or a name such as E_ACCESSDENIED`);
      if (out.json) for (const each of found) out.record('explanation', { code, ...each });
      else
        out.text(
          found
            .map(({ title, lines }) => [title, ...lines.map((line) => (line === '' ? '' : `  ${line}`))].join('\n'))
            .join('\n\n'),
        );
    });
