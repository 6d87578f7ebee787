/** The `mailBlocks.controlFile` part of the configuration. */
import * as z from 'zod';

/** Where the username stands in the line of a blocked person. */
export const USERNAME_PLACE = '{username}';

export const LINE_DEFAULT = USERNAME_PLACE;

/** What a line may be made of: the place of the username once, and plain text around it. */
export function problemOfLine(line: string): string | null {
  const pieces = line.split(USERNAME_PLACE);
  if (pieces.length !== 2) return `The line names the person exactly once, as ${USERNAME_PLACE}`;
  const around = pieces.join('');
  if (/[{}]/.test(around)) return `Of a person it can say ${USERNAME_PLACE} and nothing else`;
  // Control characters would end the line, or hide what it says.
  if (/\p{Cc}/u.test(around)) return 'It is one line of plain text';
  return /^\s*#/.test(line) ? 'It may not begin with #, as the lines do that the mailer passes over' : null;
}

export const controlFileSchema = z.strictObject({
  path: z.string().min(1),
  line: z
    .string()
    .superRefine((line, context) => {
      const problem = problemOfLine(line);
      if (problem !== null) context.addIssue({ code: 'custom', message: problem });
    })
    .default(LINE_DEFAULT),
});

export type ControlFileSettings = z.infer<typeof controlFileSchema>;
