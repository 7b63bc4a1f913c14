// Parse files of GIFT by gift-pegjs. Reads a JSON list of texts; prints {questions} or {error} for each.
const { parse } = require("gift-pegjs");
const texts = JSON.parse(require("fs").readFileSync(0, "utf8"));
const read = (text) => {
  try {
    return { questions: parse(text) };
  } catch (error) {
    return { error: String(error.message) };
  }
};
process.stdout.write(JSON.stringify(texts.map(read)));
