// An app on the generated TypeScript client: from signing in to a result. Prints what it did, as JSON.
//
//     node whole_way.js ADDRESS EMAIL PASSWORD COURSE
//
// What a later server may send (values, fields and kinds of questions that this app does not know) does not stop it.

import * as baeum from "./typescript/index.js";

const POLLS = 300;
const NOTEBOOK = JSON.stringify({ cells: [], metadata: {}, nbformat: 4, nbformat_minor: 5 });
const NOWHERE = "00000000-0000-0000-0000-000000000000";

class App {
  private token = "";
  readonly signingIn: baeum.SignInApi;
  readonly account: baeum.AccountApi;
  readonly courses: baeum.CoursesApi;
  readonly quizzes: baeum.QuizzesApi;
  readonly attempts: baeum.AttemptsApi;

  constructor(address: string) {
    const configuration = new baeum.Configuration({ basePath: address, apiKey: () => this.token });
    this.signingIn = new baeum.SignInApi(configuration);
    this.account = new baeum.AccountApi(configuration);
    this.courses = new baeum.CoursesApi(configuration);
    this.quizzes = new baeum.QuizzesApi(configuration);
    this.attempts = new baeum.AttemptsApi(configuration);
  }

  async signIn(email: string, password: string): Promise<void> {
    const signedIn = await this.signingIn.signIn({ signInInput: { email, password } });
    this.token = signedIn.meta.sessionToken ?? "";
  }

  // Read a lesson, note where reading stopped, and mark it as done.
  async readLesson(slug: string, entry: baeum.OutlineEntry): Promise<object> {
    const lesson = await this.courses.lessonRead({ uuid: entry.uuid });
    await this.courses.lessonPosition({ uuid: entry.uuid, positionInput: { anchor: "first.1" } });
    const progressInput = { activity: entry.uuid, done: true };
    const progress = await this.courses.courseProgressMark({ slug, progressInput });
    return { title: lesson.title, progress: progress.progressPercent };
  }

  // Take a quiz: answer what this app can answer, submit, and wait for the result.
  async take(entry: baeum.OutlineEntry): Promise<object> {
    const quiz = await this.quizzes.quizRead({ uuid: entry.uuid });
    const attempt = await this.quizzes.attemptStart({ uuid: entry.uuid });
    const saved: Record<string, unknown> = {};
    for (const question of attempt.questions) {
      const response = respond(question);
      if (!response) continue;
      const place = { uuid: attempt.uuid, question: question.uuid };
      const answer = await this.attempts.answerSave({ ...place, answerInput: { response, sequence: Date.now() } });
      saved[question.kind] = baeum.QuestionResponseToJSON(answer.response);
      if (question.kind === baeum.QuestionKind.HandIn) {
        const file = await this.attempts.answerFileAdd({ ...place, file: new File([NOTEBOOK], "notebook.ipynb") });
        saved["file"] = file.size;
      }
    }
    const resumed = await this.attempts.attemptRead({ uuid: attempt.uuid });
    const submitted = await this.attempts.attemptSubmit({ uuid: attempt.uuid });
    const result = await this.waitForResult(attempt.uuid);
    return {
      quiz: quiz.title,
      questions: resumed.questions.length,
      answered: resumed.questions.filter((question) => question.response).length,
      saved,
      submitted: submitted.status,
      status: result.status,
      outcomes: [...new Set(result.questions.map((question) => question.outcome))].sort(),
    };
  }

  private async waitForResult(uuid: string): Promise<baeum.AttemptResult> {
    for (let poll = 0; poll < POLLS; poll++) {
      const answer = await this.attempts.attemptResultRaw({ uuid });
      const result = await answer.value();
      if (result.status !== baeum.ResultStatus.Submitted) return result;
      const seconds = Number(answer.raw.headers.get("Retry-After") ?? 1);
      await new Promise((resolve) => setTimeout(resolve, Math.min(seconds, 1) * 1000));
    }
    throw new Error("There is no result.");
  }

  // Ask for a lesson that does not exist, and return what the refusal says.
  async refusal(): Promise<object> {
    const refused = await statusOf(() => this.courses.lessonRead({ uuid: NOWHERE }));
    const problem = baeum.ProblemFromJSON(await refused?.json());
    return { status: refused?.status, type: problem.type };
  }

  // Sign out, and return the status of the next request.
  async signOut(): Promise<number> {
    await this.account.sessionEnd();
    return (await statusOf(() => this.account.meRead()))?.status ?? 200;
  }
}

// Return the refusal of a request, or undefined if it was not refused.
async function statusOf(request: () => Promise<unknown>): Promise<Response | undefined> {
  try {
    await request();
    return undefined;
  } catch (error) {
    if (error instanceof baeum.ResponseError) return error.response;
    throw error;
  }
}

// Return a response to a question, or undefined if this app does not know its kind.
function respond(question: baeum.AttemptQuestion): baeum.QuestionResponseInput | undefined {
  const { body, choices, kind } = question;
  switch (kind) {
    case baeum.QuestionKind.SingleChoice:
      return { choice: choices[0]?.uuid ?? null };
    case baeum.QuestionKind.MultipleChoice:
      return { choices: choices.slice(0, 2).map((choice) => choice.uuid) };
    case baeum.QuestionKind.ShortAnswer:
      return { text: "데이터 드리프트" };
    case baeum.QuestionKind.Numeric:
      return { text: "0.25 s" };
    case baeum.QuestionKind.Ordering:
      return { positions: Object.fromEntries((body.items ?? []).map((item, place) => [item.uuid, place + 1])) };
    case baeum.QuestionKind.Matching: {
      const rights = body.rights ?? [];
      const pairs = (body.lefts ?? []).flatMap((left, place) => {
        const right = rights[place];
        return right ? [[left.uuid, right.uuid]] : [];
      });
      return { matches: Object.fromEntries(pairs) };
    }
    case baeum.QuestionKind.FillIn:
      return { blanks: Object.fromEntries((body.blanks ?? []).map((blank) => [blank, "과적합"])) };
    case baeum.QuestionKind.HandIn:
      return { text: "We watch the distribution of each input." };
    default:
      return undefined;
  }
}

async function main(address: string, email: string, password: string, slug: string): Promise<object> {
  const app = new App(address);
  await app.signIn(email, password);
  const me = await app.account.meRead();
  const courses = await app.courses.coursesList();
  const outline = await app.courses.courseOutline({ slug });
  const lesson = outline.entries.find((entry) => entry.kind === baeum.ActivityKind.Lesson);
  const quiz = outline.entries.find((entry) => entry.kind === baeum.ActivityKind.Quiz);
  if (!lesson || !quiz) throw new Error("The course has no lesson or no quiz.");
  return {
    email: me.email,
    courses: courses.results.map((course) => course.slug),
    entries: outline.entries.length,
    lesson: await app.readLesson(slug, lesson),
    attempt: await app.take(quiz),
    refusal: await app.refusal(),
    after: await app.signOut(),
  };
}

const [address = "", email = "", password = "", slug = ""] = process.argv.slice(2);
console.log(JSON.stringify(await main(address, email, password, slug)));
