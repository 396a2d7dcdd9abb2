// What a program asks of the operating system: its streams, its memory, its end.
#pragma once
#include <cstddef>
#include <string>

namespace host {

// Streams carry bytes, crashes leave no window and no file, Ctrl-C is left to genfx.
void prepare_process();
// Memory beyond this is refused, where the system can.
void limit_memory(size_t bytes);
// So many bytes of standard input; fewer where it ends.
std::string read_bytes(size_t count);
// End this process when standard input does: genfx has stopped, or was killed.
void end_with_input();
// Write to standard output and end; nothing that the Expert Advisor left is torn down.
[[noreturn]] void answer(const std::string &bytes);

}  // namespace host
