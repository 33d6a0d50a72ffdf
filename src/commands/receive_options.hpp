#pragma once

#include <CLI/CLI.hpp>

#include "base/result.hpp"
#include "commands/commands.hpp"
#include "receiver/receiver.hpp"

namespace bpfpush {

// `command` outlives the app's parsing.
void add_receive_options(CLI::App* app, ReceiveCommand& command);

// What of the command is the receiver's own. kInvalidConfig where an option says nothing sensible.
Result<ReceiverOptions> receiver_options(const ReceiveCommand& command);

}  // namespace bpfpush
