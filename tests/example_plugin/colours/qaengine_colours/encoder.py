"""The encoder: a convolution over each sentence (Collobert et al. 2011, arXiv 1103.0398)."""

from qaengine import hookimpl


@hookimpl
def qaengine_encoders():
    import torch
    from torch import nn

    from qaengine.network.encoder import Encoded, Encoder, Sentences

    class Convolution(Encoder):
        """Sees three words at a time; the summary is each feature's highest value."""

        name = "convolution"

        def __init__(self, width: int) -> None:
            super().__init__(width)
            self.window = nn.Conv1d(width, width, kernel_size=3, padding=1)

        def forward(self, sentences: Sentences) -> Encoded:
            embedded = sentences.embedded  # (n, t, d)
            positions = torch.arange(embedded.shape[1])
            inside = positions < sentences.lengths.cpu()[:, None]  # (n, t)
            inside = inside[:, :, None].to(embedded.device)
            windows = self.window((embedded * inside).transpose(1, 2)).transpose(1, 2)
            states = torch.tanh(windows) * inside
            summary = states.masked_fill(~inside, -1).amax(dim=1)  # (n, d)
            return Encoded(states, summary)

    return [Convolution]


@hookimpl
def qaengine_commands(app):
    @app.command()
    def windows() -> None:
        """Say how many words the convolution sees at a time."""
        print("three")
