// Parses a page of logs with simdjson again and again, and counts nothing; prints pages a second.
//
// Usage: parse_logs FILE SECONDS
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <simdjson.h>

int main(int, char **arguments) {
    auto page = simdjson::padded_string::load(arguments[1]);
    double seconds = std::atof(arguments[2]), best = 0;
    simdjson::dom::parser parser;
    for (int turn = 0; turn < 5; turn++) {
        auto began = std::chrono::steady_clock::now();
        double span = 0;
        long pages = 0;
        while (span < seconds / 5) {
            for (int i = 0; i < 50; i++)
                if (parser.parse(page.value()).error()) return 1;
            pages += 50;
            span = std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count();
        }
        if (pages / span > best) best = pages / span;
    }
    std::printf("%f\n", best);
}
