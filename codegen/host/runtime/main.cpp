// A program of Expert Advisors: `inputs NUMBER` lists the inputs of one, `replay NUMBER` runs one
// on the request that comes by standard input. The answer goes to standard output. Exit status
// MISUNDERSTOOD means that nothing was run, with the reason on standard error.
#include "message.h"
#include "process.h"
#include "replay.h"
#include <cstdio>
#include <cstdlib>

namespace {

const int MISUNDERSTOOD = 86;  // 3 is what abort() ends with on some Windows runtimes

host::Message request() {
    const uint64_t length = host::Message::length(host::read_bytes(host::Message::HEADER));
    std::string body = host::read_bytes(static_cast<size_t>(length));
    if (body.size() != length)
        throw host::Misunderstood("the request was cut");
    return host::Message(std::move(body));
}

std::string answer_to(const std::string &task, const HostExpert *expert) {
    if (expert == nullptr)
        throw host::Misunderstood("the program has no expert of this number");
    if (task == "inputs")
        return host::inputs_of(*expert);
    if (task != "replay")
        throw host::Misunderstood("the program cannot " + task);
    const host::Message given = request();
    host::end_with_input();
    host::limit_memory(static_cast<size_t>(given.integer("memory")));
    return host::replay(*expert, given);
}

}  // namespace

int main(int count, char **words) {
    host::prepare_process();
    try {
        if (count != 3)
            throw host::Misunderstood("wanted: inputs NUMBER, or replay NUMBER");
        host::answer(answer_to(words[1], genfx_expert(std::atoi(words[2]))));
    } catch (const host::Misunderstood &problem) {
        std::fputs(problem.what(), stderr);
        std::exit(MISUNDERSTOOD);
    }
}
