#pragma once

// Does nothing. ebpf_exporter calls a function of that name when its programs are attached, and
// programs hook it, SEC("uprobe//proc/self/exe:post_attach_mark"), to run once at that time. So the
// name is in this binary's symbol table, too.
extern "C" void post_attach_mark();
