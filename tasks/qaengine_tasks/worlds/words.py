"""The words of the simulated worlds: names, places, things, animals, colours, moods."""

from __future__ import annotations

WOMEN = """
Ada Adele Agatha Agnes Aileen Aisha Alberta Alexandra Alice Alina Alma Amanda Amelia Amina Amy Ana Andrea
Angela Anita Anja Anna Anne Annette Antonia Ariana Astrid Audrey Ayesha Barbara Beatrice Belinda Bella Bertha
Bessie Betty Bianca Birgit Blanche Brenda Bridget Brigitte Camila Carina Carla Carmen Carol Carolina Caroline
Catherine Cecilia Celeste Celia Charlotte Chiara Chloe Christina Clara Claudia Colette Constance Cora Cordelia
Cornelia Cynthia Dagmar Daniela Daphne Deborah Delia Denise Diana Dolores Donna Dora Doris Dorothy Edith Edna
Eileen Elaine Eleanor Elena Elisa Eliza Elizabeth Ella Ellen Eloise Elsa Emily Emma Erica Esmeralda Estelle
Esther Ethel Eunice Eva Evelyn Fatima Felicity Fiona Flora Florence Frances Frida Gabriela Gemma Genevieve
Georgia Geraldine Gertrude Gina Giulia Gloria Greta Gudrun Gwen Hannah Harriet Heather Hedwig Heidi Helen Helga
Henrietta Hilda Hillary Ida Ingrid Irene Irma Isabel Isabella Jacqueline Jane Janet Janice Jasmin Jean Jenna
Jennifer Jessica Jill Joan Joanna Jocelyn Johanna Josephine Judith Julia Julie Juliet Karen Karin Katarina
Kathleen Katja Kirsten Lara Larissa Laura Lea Leila Lena Leonora Leticia Lila Lily Linda Lisa Lorena Lotte
Louise Lucia Lucy Luisa Lydia Mabel Madeleine Magda Margaret Maria Marianne Marina Marlene Marta Martha Mary
Matilda Maud Maureen Meera Melanie Mercedes Michelle Mildred Minerva Mira Miranda Miriam Molly Monica Muriel
Nadia Nancy Naomi Natalie Natasha Nicole Nina Nora Norma Octavia Olga Olivia Ophelia Pamela Patricia Paula
Pauline Penelope Petra Phoebe Phyllis Priscilla Priya Rachel Ramona Rebecca Regina Renate Rita Roberta Rosa
Rosalind Rosemarie Roxana Sabine Sabrina Sandra Sara Selma Serena Sharon Sheila Silvia Simone Sofia Sonja
Sophie Stella Stephanie Susan Suzanne Sybil Tamara Tania Teresa Thea Tina Trudy Ursula Valentina Valerie Vanessa
Vera Veronica Victoria Virginia Vivian Wanda Wendy Wilma Winifred Winona Xenia Yasmin Yolanda Yvette Yvonne
Zelda Zoe Zuleika
""".split()

MEN = """
Aaron Abdul Abel Abraham Adam Adrian Ahmed Alan Albert Alec Alexander Alfred Ali Alvin Amos Anders Andrew Angus
Anthony Antoine Antonio Archibald Arjun Armin Arnold Arthur Arturo August Axel Barnaby Bartholomew Basil Ben
Benedict Benjamin Bernard Bernhard Bill Bjorn Bob Boris Brandon Brian Bruce Bruno Byron Caleb Calvin Carl Carlos
Cedric Charles Chester Chris Christian Christopher Clarence Claude Clement Clifford Clive Colin Conrad Craig
Curtis Cyril Damian Daniel Darius Darren David Dennis Derek Desmond Diego Dimitri Dirk Dominic Donald Douglas
Duncan Dustin Dwight Edgar Edmund Eduardo Edward Edwin Egon Elias Elliot Elmer Emil Emmanuel Eric Ernest Ethan
Eugene Evan Fabian Felipe Felix Ferdinand Fernando Francis Francisco Franklin Franz Fred Frederick Fritz
Gabriel Gareth Geoffrey George Gerald Gerard Gilbert Giovanni Glenn Gordon Graham Greg Gregory Guido Gunther
Gustav Hamid Hans Harald Harold Harry Hassan Hector Heinrich Henrik Henry Herbert Herman Horace Howard Hubert
Hugo Humphrey Ian Ibrahim Igor Isaac Ivan Jack Jacob James Jamal Jan Jared Jason Javier Jeff Jeremy Jerome Jim
Joachim Joel John Jonas Jonathan Jorge Joseph Joshua Juan Julian Julius Jurgen Kai Karim Karl Kenneth Kevin Klaus
Konrad Kurt Kyle Lars Laurence Leo Leon Leonard Leopold Leroy Leslie Liam Lionel Lloyd Lorenzo Louis Lucas
Ludwig Luigi Luke Magnus Malcolm Manfred Manuel Marcel Marcus Mario Marius Martin Matthew Maurice Max Maximilian
Melvin Michael Miguel Milan Milo Mohammed Monty Morris Moritz Nathan Neil Nelson Nicholas Nigel Noah Norbert
Norman Oliver Omar Orlando Oscar Oswald Otto Owen Pablo Patrick Paul Pedro Percival Percy Peter Philip Pierre
Quentin Rafael Ralph Ramon Randolph Raoul Raymond Reginald Reinhard Rene Ricardo Richard Robert Roberto Roderick
Roger Roland Roman Ronald Rory Ross Rudolf Rufus Rupert Russell Salvador Samuel Santiago Scott Sebastian Seth
Severin Sidney Siegfried Simon Stanley Stefan Stephen Steven Stuart Sumit Sven Sylvester Tariq Terence Theodore
Thomas Timothy Tobias Tony Tristan Ulrich Uwe Valentin Vernon Victor Vincent Vladimir Walter Warren Wesley
Wilbur Wilfred Wilhelm William Winston Wolfgang Xavier Yann Yusuf Zachary
""".split()

PLACES = """
abbey airport alley apartment aquarium arcade archive arena arsenal atelier atrium attic auditorium aviary bakery
balcony bank barn barracks basement bathroom bay beach bedroom bistro boathouse bookshop boutique brewery bridge
bungalow bunker bus cabin cafe cafeteria camp campsite canteen canyon casino castle cathedral cave cellar
cemetery chalet chamber chapel church cinema circus classroom cliff clinic cloakroom cloister closet club coast
college conservatory convent corridor cottage courthouse courtyard crypt dairy den desert diner dock dormitory
dungeon embassy factory fairground farm ferry field firehouse fjord forest forge fort foyer gallery garage garden
gatehouse gazebo glade glasshouse granary greenhouse grotto gym hall hallway hamlet hangar harbour haven
headquarters henhouse hill hospital hostel hotel hut igloo inn island jail jungle kindergarten kiosk kitchen
laboratory lagoon lane larder laundry library lighthouse loft lobby lodge lounge maisonette mall manor mansion
market marsh meadow mezzanine mill mine monastery mosque motel museum nursery oasis observatory office orangery
orchard orphanage outhouse pagoda palace pantry parking parlour park pavilion penthouse pharmacy piazza pier
pizzeria planetarium plantation plaza playground playroom pool port priory prison pub quarry ranch refectory
refinery resort restaurant rooftop sanatorium sauna savanna school schoolyard shed shelter shipyard shop
shrine skyscraper solarium spa stable stadium staircase station storeroom street studio study suburb
subway supermarket swamp synagogue tavern temple tent terminal terrace theatre tower town toolshed treehouse
tundra tunnel university valley vault veranda villa village vineyard volcano warehouse
waterfall wharf winery woodland workshop yard zoo
""".split()

FOOD = """
apple apricot avocado bagel baguette banana biscuit blueberry bread broccoli bun burger burrito cabbage cake carrot
cauliflower cheese cherry chocolate cookie cracker croissant cucumber cupcake doughnut dumpling egg fig
grape grapefruit ham hamburger kiwi leek lemon lettuce mango melon muffin mushroom noodle nut omelette
onion orange pancake papaya pastry peach peanut pear pie pineapple pizza plum pomegranate popcorn potato pretzel
pudding pumpkin radish raspberry salad sandwich sausage spinach steak strawberry taco tomato turnip waffle walnut
watermelon yoghurt
""".split()

DRINKS = """
milk water juice lemonade tea coffee cocoa cider smoothie soda milkshake beer wine cola
""".split()

BEDDING = """
pajamas pillow blanket duvet nightgown quilt nightcap slippers bathrobe mattress
""".split()

TOYS = """
football basketball tennisball frisbee kite guitar puzzle novel comic skateboard yoyo chessboard ball puppet
trumpet drum flute violin racket boomerang
""".split()

THINGS = """
accordion album amulet anchor anvil apron armchair arrow ashtray axe backpack badge bag balloon bandage banjo
banner barrel basin basket bathtub battery beaker bell belt bench bicycle binoculars blender blouse bolt
book bookmark boot bottle bowl box bracelet brick briefcase broom brush bucket buckle bulb button cage
calculator calendar camera candle candlestick canister canoe canvas cap cape card carpet cassette cauldron
certificate chain chair chalk chandelier charger chest chisel clarinet clipboard cloak clock coat cobweb coin comb
compass computer container cork corkscrew coupon crate crayon crown crystal cup cupboard curtain cushion
dagger diary dice dictionary dish dress drill dustbin dvd easel envelope eraser fan feather fiddle file
flag flashlight flask flowerpot folder fork funnel gadget gem glove globe glue goblet hairbrush hammer
hammock handbag handkerchief harmonica harp hat headset helmet hoe hook hourglass jacket jar jewel jug kettle
key keyboard knapsack knife ladder ladle lamp lantern laptop lens letter lighter locket lollipop luggage magazine
magnet mallet map marble mask matchbox medal medallion megaphone microphone microscope mirror mitten monitor mop mug
nail napkin necklace needle newspaper notebook oar oboe package paddle padlock paintbrush painting pan parachute
parasol parcel passport pebble pen pencil pendant perfume photograph piano pickaxe pin pipe pitcher plank plate
pliers poster pot printer projector propeller purse pyramid rake razor remote ribbon ring robot rope rucksack
rug ruler sack saddle satchel saucepan saucer saw saxophone scarf scissors screwdriver sculpture seashell
shampoo shell shield shirt shoe shovel sickle sieve sketch skirt sledge soap sock sofa souvenir
spade spanner spatula spear sponge spool spoon stamp stapler statue stethoscope stick stocking stone stool
suitcase sweater sword syringe tablecloth tablet tambourine tape teapot telephone telescope thermometer
thermos ticket tie tile toaster toolbox toothbrush torch towel tractor tray tripod trombone trophy trousers trunk
tube turban typewriter ukulele umbrella vase vest wallet wheel wheelbarrow whisk whistle wig wrench xylophone zipper
""".split()

OBJECTS = FOOD + DRINKS + BEDDING + TOYS + THINGS

COMPOUNDS = tuple(
    f"{case} of {thing}"
    for case, thing in (
        ("box", "chocolates"), ("bag", "apples"), ("bottle", "milk"), ("crate", "lemons"),
        ("basket", "cherries"), ("jar", "cookies"), ("sack", "potatoes"), ("carton", "eggs"),
    )
)

ANIMALS = {
    word: plural or word + "s"
    for word, _, plural in (
        entry.partition("/")
        for entry in """
        alligator ant antelope baboon badger bat bear beaver bee beetle bison buffalo/buffaloes bull butterfly/butterflies
        camel canary/canaries cat caterpillar chameleon cheetah chicken chimpanzee cobra cow coyote crab crane cricket
        crocodile crow deer/deer dingo dog dolphin donkey dove dragon duck eagle eel elephant elk falcon ferret
        finch/finches flamingo/flamingoes fly/flies fox/foxes frog gazelle gecko/geckoes gerbil gibbon giraffe goat
        goldfish/goldfish goose/geese gorilla hamster hare hawk hedgehog heron hippo hornet horse hyena ibex/ibexes
        iguana jackal jackdaw jaguar jellyfish/jellyfish kangaroo kingfisher koala lemming lemur leopard lion
        lizard llama lobster lynx/lynxes macaw magpie mammoth meerkat mole mongoose monkey moose/moose mosquito/mosquitoes
        moth mouse/mice mule newt nightingale octopus/octopuses okapi opossum orca ostrich/ostriches otter owl ox/oxen
        oyster panda panther parrot peacock pelican penguin pheasant pig pigeon piranha platypus/platypuses pony/ponies
        porcupine puffin puma python quail rabbit raccoon rat raven reindeer/reindeer rhino robin salamander salmon/salmon
        scorpion seagull seahorse shark sheep/sheep shrew shrimp skunk sloth snail snake sparrow spider squid/squid
        squirrel stork swallow swan tapir termite tiger toad tortoise toucan trout/trout turkey turtle viper vulture
        walrus/walruses wasp weasel whale wildcat wolf/wolves wolverine wombat woodpecker worm yak zebra
        """.split()
    )
}

COLOURS = """
white yellow green gray red blue pink black brown purple violet turquoise beige crimson scarlet silver golden magenta
maroon indigo teal lilac ivory azure
""".split()

SHAPES = """
square rectangle triangle sphere circle cube cone cylinder pentagon hexagon star oval prism disc diamond cross
""".split()

MOODS = {
    "hungry": "kitchen", "starving": "kitchen", "famished": "kitchen", "peckish": "kitchen",
    "thirsty": "kitchen", "parched": "kitchen",
    "tired": "bedroom", "sleepy": "bedroom", "exhausted": "bedroom", "drowsy": "bedroom", "weary": "bedroom",
    "bored": "garden", "restless": "garden",
}
"""Where a mood leads: bAbI's four, and synonyms of them."""

MOOD_OBJECTS = {
    "hungry": FOOD, "starving": FOOD, "famished": FOOD, "peckish": FOOD,
    "thirsty": DRINKS, "parched": DRINKS,
    "tired": BEDDING, "sleepy": BEDDING, "exhausted": BEDDING, "drowsy": BEDDING, "weary": BEDDING,
    "bored": TOYS, "restless": TOYS,
}

NUMBERS = ("none", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")

TIMES = (
    "the day before yesterday", "yesterday", "this morning", "at noon", "this afternoon", "this evening", "tonight",
)
"""In the order in which they happen."""

TABOO = frozenset(
    word.lower()
    for group in (WOMEN, MEN, PLACES, OBJECTS, ANIMALS, ANIMALS.values(), COLOURS, SHAPES, MOODS)
    for word in group
)
"""Words that an invented one must not be."""
