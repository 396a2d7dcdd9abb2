#include "program.h"
#include "array.h"
#include <cstdlib>

namespace host {

namespace {

thread_local Program *running = nullptr;
thread_local int depth = 0;           // functions of the program that are running
thread_local int innermost = 0;       // where the last of them begins
const int64_t MOST_CALLS = 10000000;  // within one handler: more is an endless loop
const int64_t MOST_TURNS = 100000000;  // of loops, likewise
const int MOST_DEPTH = 2000;
const size_t MOST_LINES = 1000000;  // of the journal

}  // namespace

Program &program() {
    if (++running->calls > MOST_CALLS)
        fail("an endless loop", 0);
    return *running;
}

void enter(Program *next) {
    running = next;
    depth = innermost = 0;
}

void turn(int where) {
    if (running != nullptr && ++running->turns > MOST_TURNS)
        fail("an endless loop", where);
}

Frame::Frame(int where) : before_(innermost) {
    if (depth >= MOST_DEPTH)
        fail("stack overflow", where);
    depth++;
    innermost = where;
}

Frame::~Frame() {
    depth--;
    innermost = before_;
}

void too_long() { fail("a text of more than 64 MiB", 0); }

void Program::print(const std::string &text) {
    static const std::string CLOSING = "closing position ";
    if (const size_t at = text.find(CLOSING); at != std::string::npos) {
        const size_t colon = text.find(": ", at);
        const ulong ticket = std::strtoull(text.c_str() + at + CLOSING.size(), nullptr, 10);
        closing_reasons[ticket] = colon == std::string::npos ? "" : text.substr(colon + 2);
    }
    if (journal.size() >= MOST_LINES)
        fail("an endless loop: a million lines in the journal", 0);
    journal.push_back({server->bar, server->now, text});
}

void Program::forget() {
    handles.clear();
    objects.clear();
    comment.clear();
    closing_reasons.clear();
    position = Position();
    order = Order();
    deals = orders = Rows();
    last_error = 0;
}

void fail(const char *what, int where) {
    std::string message = what;
    const bool exact = where > 0;
    if (!exact)
        where = innermost;
    if (where > 0) {
        const int file = where / PLACES;
        const HostExpert *expert = running->expert;
        const bool named = expert != nullptr && file < expert->files;
        const std::string name = named ? expert->file[file] : "";
        message += (exact ? " in line " : " in the function of line ") + std::to_string(where % PLACES);
        if (!name.empty())
            message = name + ": " + message;
    }
    throw Terminated(message);
}

void trace(const char *name, double value) {
    if (running->tracing)
        running->traced.push_back({running->server->bar, name, value});
}

}  // namespace host
