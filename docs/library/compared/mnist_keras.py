import keras
from keras import layers

keras.utils.set_random_seed(1)
(x, labels), _ = keras.datasets.mnist.load_data()
model = keras.Sequential([
    layers.Rescaling(1 / 255),
    layers.Flatten(),
    layers.Dense(128, activation="relu"),
    layers.Dense(10),
])
model.compile(optimizer="adam", loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True))
model.fit(x, labels, batch_size=100)
