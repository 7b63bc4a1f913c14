# Print item statistics of responses.csv by R's package psych, as the table of docs/item-statistics.md.
# Debian: apt install r-cran-psych; then: Rscript tests/analysis/psych.R < tests/analysis/responses.csv
suppressMessages(library(psych))
responses <- read.csv(file("stdin"))
found <- suppressMessages(suppressWarnings(alpha(responses, check.keys = FALSE)))
cat(sprintf("| %s | %.6f | %.6f |\n", rownames(found$item.stats), found$item.stats$mean, found$item.stats$r.drop), sep = "")
cat(sprintf("| alpha | | %.6f |\n", found$total$raw_alpha))
cat(sprintf("R %s.%s, psych %s\n", R.version$major, R.version$minor, packageVersion("psych")))
