"""The profiles of CrashChat's strategies, as text for `config.yaml`: they differ in tasks alone."""

LINGUISTIC = ("crash_recognition", "crash_description", "causal_reasoning", "prevention_reasoning")
PERCEPTION = ("pre_crash_localization", "crash_localization")
STRATEGIES = {  # name -> tasks, epochs
    "recognition": (LINGUISTIC[:1], 20),
    "description": (LINGUISTIC[1:2], 20),
    "causal": (LINGUISTIC[2:3], 20),
    "prevention": (LINGUISTIC[3:], 20),
    "pre_crash": (PERCEPTION[:1], 20),
    "localization": (PERCEPTION[1:], 20),
    "linguistic": (LINGUISTIC, 10),
    "perception": (PERCEPTION, 10),
    "heterogeneous": ((*LINGUISTIC, *PERCEPTION), 10),
}
TEMPLATE = """\
  # teach VideoLLaMA3 CrashChat's {what} (docs/fine-tuning.md)
  crashchat_{name}:
    describer:
      kind: llava
      model: lkhl/VideoLLaMA3-2B-Image-HF
      allow_download: true
      tasks: [{tasks}]
    fine_tuning:
      tasks: [{tasks}]
      rate_fps: 10
      max_frames: 96
      lora: {{rank: 64, alpha: 16, dropout: 0.05}}
    training:
      batch_size: 1
      gradient_accumulation_steps: 8
      gradient_checkpointing: true
      num_epochs: {epochs}
      learning_rate: 1.0e-05
      weight_decay: 0.0
      warmup_steps: 0
      warmup_share: 0.1
      validate_every: 1
      best_metric: log_loss
      patience: 3
      output_dir: checkpoints/crashchat_{name}
"""


def tuning_profiles() -> str:
    """One profile per strategy: six of one task, two of alike tasks, one of all."""
    return "".join(_profile(name, *chosen) for name, chosen in STRATEGIES.items())


def _profile(name: str, tasks: tuple[str, ...], epochs: int) -> str:
    count = len(tasks)
    what = f"task {tasks[0]} alone" if count == 1 else f"{count} {name} tasks together"
    if count == len(LINGUISTIC) + len(PERCEPTION):
        what = f"{count} tasks together"
    listed = ", ".join(tasks)
    return TEMPLATE.format(name=name, what=what, tasks=listed, epochs=epochs)
